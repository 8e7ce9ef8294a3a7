//! The interface of a data logger: `native/instrument.h`, function by function.

use bridge32::{Bridge, Error, Handle, UserData, bridge32};

/// The tag of `INSTR_HANDLE`.
#[derive(Debug)]
pub enum Instr {}

/// `INSTR_HANDLE`.
pub type InstrHandle = Handle<Instr>;

/// The functions of `instrument.dll`, or `libinstrument.so`. `INSTR_CALL` is `__stdcall` on Windows and nothing elsewhere.
#[bridge32(lib = "instrument", abi = "system")]
pub trait Instrument {
    /// `void InstrGetVersion(int32_t *major, int32_t *minor);`
    #[symbol("InstrGetVersion")]
    fn version(&self, #[out] major: i32, #[out] minor: i32);

    /// `int32_t InstrListDevices(INSTR_DEVICE *devices, int32_t *count);`
    #[symbol("InstrListDevices")]
    #[check(ret == 0)]
    fn list_devices(&self, #[out(cap = 16)] devices: Vec<Device>, #[len_of(devices)] count: &mut i32) -> i32;

    /// `int32_t InstrOpen(const char *serial, INSTR_HANDLE *handle);`
    #[symbol("InstrOpen")]
    #[check(ret == 0)]
    fn open(&self, serial: &str, #[out] handle: InstrHandle) -> i32;

    /// `int32_t InstrClose(INSTR_HANDLE handle);`
    #[symbol("InstrClose")]
    #[check(ret == 0)]
    fn close(&self, #[closes] handle: InstrHandle) -> i32;

    /// `int32_t InstrConfigure(INSTR_HANDLE handle, const INSTR_CONFIG *config);`
    #[symbol("InstrConfigure")]
    #[check(ret == 0)]
    fn configure(&self, handle: InstrHandle, config: &Config) -> i32;

    /// `int32_t InstrSetOutputs(INSTR_HANDLE handle, uint32_t outputs, uint32_t *before);`
    #[symbol("InstrSetOutputs")]
    #[check(ret == 0)]
    fn set_outputs(&self, handle: InstrHandle, outputs: Outputs, #[out] before: Outputs) -> i32;

    /// `int32_t InstrSetEventCallback(INSTR_HANDLE handle, INSTR_CALLBACK callback, void *user);`
    #[symbol("InstrSetEventCallback")]
    #[check(ret == 0)]
    fn on_event(
        &self,
        handle: InstrHandle,
        #[registered] callback: fn(event: Event, channel: i32, value: f64, user: UserData),
        user: UserData,
    ) -> i32;

    /// `int32_t InstrAcquire(INSTR_HANDLE handle, int32_t blocks);`
    #[symbol("InstrAcquire")]
    #[check(ret == 0)]
    fn acquire(&self, handle: InstrHandle, blocks: i32) -> i32;

    /// `int32_t InstrReadSamples(INSTR_HANDLE handle, double *samples, int32_t *count);`
    #[symbol("InstrReadSamples")]
    #[check(ret == 0)]
    fn read_samples(
        &self,
        handle: InstrHandle,
        #[out(cap = *count, len = count)] samples: Vec<f64>,
        count: &mut i32,
    ) -> i32;

    /// `int32_t InstrGetNotes(INSTR_HANDLE handle, char *notes, int32_t size, int32_t *needed);`
    #[symbol("InstrGetNotes")]
    fn get_notes(
        &self,
        handle: InstrHandle,
        #[out(cap = capacity)] notes: String,
        capacity: i32,
        #[out] needed: i32,
    ) -> i32;

    /// The notes, however long they are: asks for the size that they need, and calls again.
    fn notes(&self, handle: InstrHandle) -> Result<String, String> {
        let mut capacity = 64;
        loop {
            match self.get_notes(handle, capacity) {
                (0, notes, _) => return Ok(notes),
                (-3, _, needed) if needed > capacity => capacity = needed,
                _ => return Err(self.error_text()),
            }
        }
    }

    /// `int32_t InstrSetNotes(INSTR_HANDLE handle, const char *notes);`
    #[symbol("InstrSetNotes")]
    #[check(ret == 0)]
    fn set_notes(&self, handle: InstrHandle, notes: &str) -> i32;

    /// `const char *InstrGetErrorText(void);`
    #[symbol("InstrGetErrorText")]
    fn error_text(&self) -> String;
}

/// `INSTR_DEVICE`.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
pub struct Device {
    serial: [u8; 16],
    model: [u8; 32],
    /// The number of channels.
    pub channels: i32,
    /// The highest sample rate, in Hz.
    pub max_rate: f64,
}

impl Device {
    /// The serial number, which [`Instrument::open`] takes.
    pub fn serial(&self) -> String {
        text(&self.serial)
    }

    /// What the manufacturer calls it.
    pub fn model(&self) -> String {
        text(&self.model)
    }
}

/// The text in a C array, up to its NUL.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// `INSTR_CONFIG`: in C, a number and a pointer to as many gains.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
pub struct Config {
    /// The sample rate, in Hz.
    pub rate: f64,
    #[len_of(gains)]
    gain_count: i32,
    gains: Vec<f64>,
}

impl Config {
    /// A sample rate in Hz, and a gain for each channel.
    pub fn new(rate: f64, gains: Vec<f64>) -> Self {
        Self { rate, gain_count: 0, gains }
    }
}

/// `INSTR_OUT_…`: the outputs of an instrument, each a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(transparent)]
pub struct Outputs(pub u32);

impl Outputs {
    /// `INSTR_OUT_LED`.
    pub const LED: Self = Self(1);
    /// `INSTR_OUT_RELAY`.
    pub const RELAY: Self = Self(2);
}

/// `INSTR_EVENT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(i32)]
pub enum Event {
    /// An acquisition has started; the value is the sample rate.
    Started = 1,
    /// A channel's value exceeds the range.
    Overload = 2,
    /// An acquisition is complete; the value is the number of blocks.
    Finished = 3,
}

/// The library's explanation of a failed call, if it has one.
pub fn explain(client: &InstrumentClient, error: &Error) -> Option<String> {
    match error {
        Error::Status { .. } => client.error_text().ok(),
        _ => None,
    }
}
