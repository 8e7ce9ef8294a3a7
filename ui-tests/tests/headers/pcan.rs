//! PEAK's CAN interfaces, `PCANBasic.h`: handles that are constants, messages in structs, and parameters of several types.

use bridge32::{Bridge, Handle, bridge32};

/// `TPCANHandle`
pub enum Channel {}

/// `PCAN_USBBUS1`
pub const USB_BUS_1: Handle<Channel, u16> = Handle::predefined(0x51);

/// `TPCANMsg`
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
pub struct Message {
    pub id: u32,
    pub kind: u8,
    pub len: u8,
    pub data: [u8; 8],
}

/// `TPCANMsgFD`
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
pub struct MessageFd {
    pub id: u32,
    pub kind: u8,
    pub dlc: u8,
    pub data: [u8; 64],
}

/// `TPCANTimestamp`
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
pub struct Timestamp {
    pub millis: u32,
    pub millis_overflow: u16,
    pub micros: u16,
}

/// `TPCANBaudrate`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(u16)]
pub enum BaudRate {
    M1 = 0x0014,
    K500 = 0x001c,
    K250 = 0x011c,
    K125 = 0x031c,
}

#[bridge32(lib = "PCANBasic", abi = "system")]
pub trait PcanBasic {
    /// `TPCANStatus CAN_Initialize(TPCANHandle Channel, TPCANBaudrate Btr0Btr1, TPCANType HwType, DWORD IOPort, WORD Interrupt);`
    #[symbol("CAN_Initialize")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn initialize(
        &self,
        channel: Handle<Channel, u16>,
        rate: BaudRate,
        #[fixed(0)] hardware_type: u8,
        #[fixed(0)] io_port: u32,
        #[fixed(0)] interrupt: u16,
    ) -> u32;

    /// `TPCANStatus CAN_InitializeFD(TPCANHandle Channel, TPCANBitrateFD BitrateFD);` The rate is a text.
    #[symbol("CAN_InitializeFD")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn initialize_fd(&self, channel: Handle<Channel, u16>, rate: &str) -> u32;

    /// `TPCANStatus CAN_Uninitialize(TPCANHandle Channel);`
    #[symbol("CAN_Uninitialize")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn uninitialize(&self, #[closes] channel: Handle<Channel, u16>) -> u32;

    /// `TPCANStatus CAN_Reset(TPCANHandle Channel);`
    #[symbol("CAN_Reset")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn reset(&self, channel: Handle<Channel, u16>) -> u32;

    /// `TPCANStatus CAN_GetStatus(TPCANHandle Channel);`
    #[symbol("CAN_GetStatus")]
    fn status(&self, channel: Handle<Channel, u16>) -> u32;

    /// `TPCANStatus CAN_Read(TPCANHandle Channel, TPCANMsg *MessageBuffer, TPCANTimestamp *TimestampBuffer);`
    #[symbol("CAN_Read")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn read(&self, channel: Handle<Channel, u16>, #[out] message: Message, #[out] time: Timestamp) -> u32;

    /// `TPCANStatus CAN_ReadFD(TPCANHandle Channel, TPCANMsgFD *MessageBuffer, TPCANTimestampFD *TimestampBuffer);`
    #[symbol("CAN_ReadFD")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn read_fd(&self, channel: Handle<Channel, u16>, #[out] message: MessageFd, #[out] micros: u64) -> u32;

    /// `TPCANStatus CAN_Write(TPCANHandle Channel, TPCANMsg *MessageBuffer);`
    #[symbol("CAN_Write")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn write(&self, channel: Handle<Channel, u16>, message: &Message) -> u32;

    /// `TPCANStatus CAN_FilterMessages(TPCANHandle Channel, DWORD FromID, DWORD ToID, TPCANMode Mode);`
    #[symbol("CAN_FilterMessages")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn filter_messages(&self, channel: Handle<Channel, u16>, from: u32, to: u32, mode: u8) -> u32;

    /// `TPCANStatus CAN_GetValue(TPCANHandle Channel, TPCANParameter Parameter, void *Buffer, DWORD BufferLength);` for numbers
    #[symbol("CAN_GetValue")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn number(&self, channel: Handle<Channel, u16>, parameter: u8, #[out] value: u32, #[fixed(4)] size: u32) -> u32;

    /// The same function for texts, such as the version of the library
    #[symbol("CAN_GetValue")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn text(
        &self,
        channel: Handle<Channel, u16>,
        parameter: u8,
        #[out(cap = 256)] text: String,
        #[len_of(text)] size: u32,
    ) -> u32;

    /// `TPCANStatus CAN_SetValue(TPCANHandle Channel, TPCANParameter Parameter, void *Buffer, DWORD BufferLength);`
    #[symbol("CAN_SetValue")]
    #[check(ret == 0, text = self.error_text(ret, 9).1)]
    fn set_number(&self, channel: Handle<Channel, u16>, parameter: u8, value: &u32, #[fixed(4)] size: u32) -> u32;

    /// `TPCANStatus CAN_GetErrorText(TPCANStatus Error, WORD Language, LPSTR Buffer);`
    #[symbol("CAN_GetErrorText")]
    fn error_text(&self, error: u32, language: u16, #[out(cap = 256)] text: String) -> u32;
}

fn call(client: &PcanBasicClient) -> Result<(), bridge32::Error> {
    client.initialize(USB_BUS_1, BaudRate::K500)?;
    client.write(USB_BUS_1, &Message { id: 0x123, kind: 0, len: 2, data: [1, 2, 0, 0, 0, 0, 0, 0] })?;
    let (_, message, time) = client.read(USB_BUS_1)?;
    println!("{message:?} after {} ms", time.millis);
    let (_, version) = client.text(USB_BUS_1, 5)?;
    println!("{version}");
    client.uninitialize(USB_BUS_1)?;
    Ok(())
}
