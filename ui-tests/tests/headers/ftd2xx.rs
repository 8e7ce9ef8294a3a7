//! FTDI's driver for USB serial converters, `ftd2xx.h`: every function returns a status, and the handle is a `void *`.

use bridge32::{Bridge, Handle, bridge32};

/// `FT_HANDLE`
pub enum Device {}

/// `FT_DEVICE_LIST_INFO_NODE`
#[derive(Debug, Clone, Bridge)]
#[repr(C)]
pub struct DeviceInfo {
    pub flags: u32,
    pub device_type: DeviceType,
    pub id: u32,
    pub location: u32,
    #[text(cap = 16)]
    pub serial_number: String,
    #[text(cap = 64)]
    pub description: String,
    /// Null while the device is closed.
    pub handle: Option<Handle<Device>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(u32)]
pub enum DeviceType {
    Bm = 0,
    Am = 1,
    Ax100 = 2,
    Unknown = 3,
    R2232C = 4,
    R232R = 5,
    R2232H = 6,
    R4232H = 7,
    R232H = 8,
}

/// `FT_STATUS`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(u32)]
pub enum Status {
    Ok = 0,
    InvalidHandle = 1,
    DeviceNotFound = 2,
    DeviceNotOpened = 3,
    IoError = 4,
    InsufficientResources = 5,
    InvalidParameter = 6,
    InvalidBaudRate = 7,
    OtherError = 18,
}

#[bridge32(lib = "ftd2xx", abi = "system")]
pub trait Ftd2xx {
    /// `FT_STATUS WINAPI FT_CreateDeviceInfoList(LPDWORD lpdwNumDevs);`
    #[symbol("FT_CreateDeviceInfoList")]
    #[check(ret == Status::Ok)]
    fn create_device_info_list(&self, #[out] devices: u32) -> Status;

    /// `FT_STATUS WINAPI FT_GetDeviceInfoList(FT_DEVICE_LIST_INFO_NODE *pDest, LPDWORD lpdwNumDevs);`
    #[symbol("FT_GetDeviceInfoList")]
    #[check(ret == Status::Ok)]
    fn device_info_list(&self, #[out(cap = *n, len = n)] devices: Vec<DeviceInfo>, n: &mut u32) -> Status;

    /// `FT_STATUS WINAPI FT_Open(int deviceNumber, FT_HANDLE *pHandle);`
    #[symbol("FT_Open")]
    #[check(ret == Status::Ok)]
    fn open(&self, number: i32, #[out] device: Handle<Device>) -> Status;

    /// `FT_STATUS WINAPI FT_OpenEx(PVOID pArg1, DWORD Flags, FT_HANDLE *pHandle);` with `FT_OPEN_BY_SERIAL_NUMBER`
    #[symbol("FT_OpenEx")]
    #[check(ret == Status::Ok)]
    fn open_serial_number(&self, number: &str, #[fixed(1)] flags: u32, #[out] device: Handle<Device>) -> Status;

    /// The same function with `FT_OPEN_BY_LOCATION`, where the pointer is a number.
    #[symbol("FT_OpenEx")]
    #[check(ret == Status::Ok)]
    fn open_location(&self, location: u32, #[fixed(4)] flags: u32, #[out] device: Handle<Device>) -> Status;

    /// `FT_STATUS WINAPI FT_Close(FT_HANDLE ftHandle);`
    #[symbol("FT_Close")]
    #[check(ret == Status::Ok)]
    fn close(&self, #[closes] device: Handle<Device>) -> Status;

    /// `FT_STATUS WINAPI FT_Read(FT_HANDLE, LPVOID lpBuffer, DWORD nBufferSize, LPDWORD lpBytesReturned);`
    #[symbol("FT_Read")]
    #[check(ret == Status::Ok)]
    fn read(
        &self,
        device: Handle<Device>,
        #[out(cap = size, len = read)] bytes: Vec<u8>,
        size: u32,
        #[out] read: u32,
    ) -> Status;

    /// `FT_STATUS WINAPI FT_Write(FT_HANDLE, LPVOID lpBuffer, DWORD nBufferSize, LPDWORD lpBytesWritten);`
    #[symbol("FT_Write")]
    #[check(ret == Status::Ok)]
    fn write(&self, device: Handle<Device>, bytes: &[u8], #[len_of(bytes)] size: u32, #[out] written: u32) -> Status;

    /// `FT_STATUS WINAPI FT_SetBaudRate(FT_HANDLE, ULONG BaudRate);`
    #[symbol("FT_SetBaudRate")]
    #[check(ret == Status::Ok)]
    fn set_baud_rate(&self, device: Handle<Device>, rate: u32) -> Status;

    /// `FT_STATUS WINAPI FT_SetDataCharacteristics(FT_HANDLE, UCHAR WordLength, UCHAR StopBits, UCHAR Parity);`
    #[symbol("FT_SetDataCharacteristics")]
    #[check(ret == Status::Ok)]
    fn set_data_characteristics(&self, device: Handle<Device>, bits: u8, stop_bits: u8, parity: u8) -> Status;

    /// `FT_STATUS WINAPI FT_GetQueueStatus(FT_HANDLE, LPDWORD lpdwAmountInRxQueue);`
    #[symbol("FT_GetQueueStatus")]
    #[check(ret == Status::Ok)]
    fn queue_status(&self, device: Handle<Device>, #[out] received: u32) -> Status;

    /// `FT_STATUS WINAPI FT_GetDeviceInfo(FT_HANDLE, FT_DEVICE *, LPDWORD lpdwID, PCHAR SerialNumber, PCHAR Description, LPVOID);`
    #[symbol("FT_GetDeviceInfo")]
    #[check(ret == Status::Ok)]
    fn device_info(
        &self,
        device: Handle<Device>,
        #[out] device_type: DeviceType,
        #[out] id: u32,
        #[out(cap = 16)] serial_number: String,
        #[out(cap = 64)] description: String,
        #[fixed(None)] reserved: Option<Handle<()>>,
    ) -> Status;
}

fn call(client: &Ftd2xxClient) -> Result<(), bridge32::Error> {
    let (_, mut n) = client.create_device_info_list()?;
    let (_, devices) = client.device_info_list(&mut n)?;
    let Some(first) = devices.first() else { return Ok(()) };
    let (_, device) = client.open_serial_number(&first.serial_number)?;
    client.set_baud_rate(device, 9600)?;
    let (_, written) = client.write(device, b"*IDN?\n")?;
    let (_, answer, read) = client.read(device, 64)?;
    println!("{written} bytes sent, {read} received: {answer:?}");
    let (_, kind, _, serial_number, description) = client.device_info(device)?;
    println!("{kind:?} {serial_number} {description}");
    client.close(device)?;
    Ok(())
}
