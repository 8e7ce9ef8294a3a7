//! PortAudio, `portaudio.h`: structs that the library owns, optional structs, and a callback on the library's own thread.

use bridge32::{Bridge, Handle, ULong, UserData, bridge32};

/// `PaStream`
pub enum Stream {}

/// `PaDeviceInfo`
#[derive(Debug, Clone, Bridge)]
#[repr(C)]
pub struct DeviceInfo {
    pub struct_version: i32,
    pub name: String,
    pub host_api: i32,
    pub max_input_channels: i32,
    pub max_output_channels: i32,
    pub default_low_input_latency: f64,
    pub default_low_output_latency: f64,
    pub default_high_input_latency: f64,
    pub default_high_output_latency: f64,
    pub default_sample_rate: f64,
}

/// `PaHostApiInfo`
#[derive(Debug, Clone, Bridge)]
#[repr(C)]
pub struct HostApiInfo {
    pub struct_version: i32,
    pub type_id: i32,
    pub name: String,
    pub device_count: i32,
    pub default_input_device: i32,
    pub default_output_device: i32,
}

/// `PaStreamParameters`
#[derive(Debug, Clone, Bridge)]
#[repr(C)]
pub struct StreamParameters {
    pub device: i32,
    pub channel_count: i32,
    pub sample_format: ULong,
    pub suggested_latency: f64,
    pub host_api_specific_stream_info: Option<Handle<()>>,
}

/// `PaStreamCallbackTimeInfo`
#[derive(Debug, Clone, Copy, Bridge)]
#[repr(C)]
pub struct TimeInfo {
    pub input_buffer_adc_time: f64,
    pub current_time: f64,
    pub output_buffer_dac_time: f64,
}

/// `PaStreamInfo`
#[derive(Debug, Clone, Copy, Bridge)]
#[repr(C)]
pub struct StreamInfo {
    pub struct_version: i32,
    pub input_latency: f64,
    pub output_latency: f64,
    pub sample_rate: f64,
}

#[bridge32(lib = "portaudio")]
pub trait PortAudio {
    /// `PaError Pa_Initialize(void);`
    #[symbol("Pa_Initialize")]
    #[check(ret == 0, text = self.error_text(ret))]
    fn initialize(&self) -> i32;

    /// `PaError Pa_Terminate(void);`
    #[symbol("Pa_Terminate")]
    #[check(ret == 0, text = self.error_text(ret))]
    fn terminate(&self) -> i32;

    /// `const char *Pa_GetErrorText(PaError errorCode);`
    #[symbol("Pa_GetErrorText")]
    fn error_text(&self, error: i32) -> String;

    /// `PaDeviceIndex Pa_GetDeviceCount(void);`
    #[symbol("Pa_GetDeviceCount")]
    #[check(ret >= 0, text = self.error_text(ret))]
    fn device_count(&self) -> i32;

    /// `const PaDeviceInfo *Pa_GetDeviceInfo(PaDeviceIndex device);`
    #[symbol("Pa_GetDeviceInfo")]
    fn device_info(&self, device: i32) -> Option<Box<DeviceInfo>>;

    /// `const PaHostApiInfo *Pa_GetHostApiInfo(PaHostApiIndex hostApi);`
    #[symbol("Pa_GetHostApiInfo")]
    fn host_api_info(&self, host_api: i32) -> Option<Box<HostApiInfo>>;

    /// `PaError Pa_IsFormatSupported(const PaStreamParameters *input, const PaStreamParameters *output, double sampleRate);`
    #[symbol("Pa_IsFormatSupported")]
    fn is_format_supported(
        &self,
        input: Option<&StreamParameters>,
        output: Option<&StreamParameters>,
        sample_rate: f64,
    ) -> i32;

    /// `PaError Pa_OpenStream(PaStream **stream, const PaStreamParameters *input, const PaStreamParameters *output,
    /// double sampleRate, unsigned long framesPerBuffer, PaStreamFlags streamFlags, PaStreamCallback *streamCallback,
    /// void *userData);` for a mono output of `float`s
    ///
    /// `typedef int PaStreamCallback(const void *input, void *output, unsigned long frameCount,
    /// const PaStreamCallbackTimeInfo *timeInfo, PaStreamCallbackFlags statusFlags, void *userData);`
    #[symbol("Pa_OpenStream")]
    #[check(ret == 0, text = self.error_text(ret))]
    #[allow(clippy::too_many_arguments, reason = "as in C")]
    fn open_stream(
        &self,
        #[out] stream: Handle<Stream>,
        #[fixed(None)] input: Option<&StreamParameters>,
        output: &StreamParameters,
        sample_rate: f64,
        frames_per_buffer: ULong,
        flags: ULong,
        #[registered] callback: fn(
            input: Option<Handle<()>>,
            output: &mut [f32],
            #[len_of(output)] frames: u32,
            time: &TimeInfo,
            flags: ULong,
            data: UserData,
        ) -> i32,
        data: UserData,
    ) -> i32;

    /// `PaError Pa_StartStream(PaStream *stream);`
    #[symbol("Pa_StartStream")]
    #[check(ret == 0, text = self.error_text(ret))]
    fn start_stream(&self, stream: Handle<Stream>) -> i32;

    /// `PaError Pa_StopStream(PaStream *stream);`
    #[symbol("Pa_StopStream")]
    #[check(ret == 0, text = self.error_text(ret))]
    fn stop_stream(&self, stream: Handle<Stream>) -> i32;

    /// `PaError Pa_CloseStream(PaStream *stream);`
    #[symbol("Pa_CloseStream")]
    #[check(ret == 0, text = self.error_text(ret))]
    fn close_stream(&self, #[closes] stream: Handle<Stream>) -> i32;

    /// `PaError Pa_ReadStream(PaStream *stream, void *buffer, unsigned long frames);` of two channels of `short`s
    #[symbol("Pa_ReadStream")]
    #[check(ret == 0, text = self.error_text(ret))]
    fn read_stream(&self, stream: Handle<Stream>, #[out(cap = frames * 2)] buffer: Vec<i16>, frames: u32) -> i32;

    /// `const PaStreamInfo *Pa_GetStreamInfo(PaStream *stream);`
    #[symbol("Pa_GetStreamInfo")]
    fn stream_info(&self, stream: Handle<Stream>) -> Option<Box<StreamInfo>>;
}

fn call(client: &PortAudioClient) -> Result<(), bridge32::Error> {
    client.initialize()?;
    for device in 0..client.device_count()? {
        if let Some(info) = client.device_info(device)? {
            println!("{}: {} Hz", info.name, info.default_sample_rate);
        }
    }
    let output = StreamParameters {
        device: 0,
        channel_count: 1,
        sample_format: ULong(1),
        suggested_latency: 0.1,
        host_api_specific_stream_info: None,
    };
    let mut phase = 0.0_f32;
    let (_, stream, _tone) =
        client.open_stream(&output, 48_000.0, ULong(256), ULong(0), move |_input, output, _time, _flags| {
            for sample in output {
                *sample = phase.sin();
                phase += 0.06;
            }
            0
        })?;
    client.start_stream(stream)?;
    client.close_stream(stream)?;
    client.terminate()?;
    Ok(())
}
