//! National Instruments' driver for data acquisition, `NIDAQmx.h`: C's calling convention, strings, arrays of samples, and events.

use bridge32::{Bool32, Handle, UserData, bridge32};

/// `TaskHandle`
pub enum Task {}

#[bridge32(lib = "nicaiu", abi = "cdecl")]
pub trait Nidaqmx {
    /// `int32 DAQmxCreateTask(const char taskName[], TaskHandle *taskHandle);`
    #[symbol("DAQmxCreateTask")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    fn create_task(&self, name: &str, #[out] task: Handle<Task>) -> i32;

    /// `int32 DAQmxStartTask(TaskHandle taskHandle);`
    #[symbol("DAQmxStartTask")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    fn start_task(&self, task: Handle<Task>) -> i32;

    /// `int32 DAQmxStopTask(TaskHandle taskHandle);`
    #[symbol("DAQmxStopTask")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    fn stop_task(&self, task: Handle<Task>) -> i32;

    /// `int32 DAQmxClearTask(TaskHandle taskHandle);`
    #[symbol("DAQmxClearTask")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    fn clear_task(&self, #[closes] task: Handle<Task>) -> i32;

    /// `int32 DAQmxCreateAIVoltageChan(TaskHandle, const char physicalChannel[], const char nameToAssignToChannel[],
    /// int32 terminalConfig, float64 minVal, float64 maxVal, int32 units, const char customScaleName[]);`
    #[symbol("DAQmxCreateAIVoltageChan")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    #[allow(clippy::too_many_arguments, reason = "as in C")]
    fn create_ai_voltage_chan(
        &self,
        task: Handle<Task>,
        physical_channel: &str,
        name_to_assign: &str,
        terminal_config: i32,
        min: f64,
        max: f64,
        units: i32,
        custom_scale_name: Option<&str>,
    ) -> i32;

    /// `int32 DAQmxCfgSampClkTiming(TaskHandle, const char source[], float64 rate, int32 activeEdge, int32 sampleMode,
    /// uInt64 sampsPerChan);`
    #[symbol("DAQmxCfgSampClkTiming")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    fn cfg_samp_clk_timing(
        &self,
        task: Handle<Task>,
        source: Option<&str>,
        rate: f64,
        active_edge: i32,
        sample_mode: i32,
        samples_per_channel: u64,
    ) -> i32;

    /// `int32 DAQmxReadAnalogF64(TaskHandle, int32 numSampsPerChan, float64 timeout, bool32 fillMode, float64 readArray[],
    /// uInt32 arraySizeInSamps, int32 *sampsPerChanRead, bool32 *reserved);`
    #[symbol("DAQmxReadAnalogF64")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    fn read_analog_f64(
        &self,
        task: Handle<Task>,
        samples_per_channel: i32,
        timeout: f64,
        fill_mode: Bool32,
        #[out(cap = size)] samples: Vec<f64>,
        size: u32,
        #[out] samples_per_channel_read: i32,
        #[fixed(None)] reserved: Option<&Bool32>,
    ) -> i32;

    /// `int32 DAQmxWriteAnalogF64(TaskHandle, int32 numSampsPerChan, bool32 autoStart, float64 timeout, bool32 dataLayout,
    /// const float64 writeArray[], int32 *sampsPerChanWritten, bool32 *reserved);` with one channel
    #[symbol("DAQmxWriteAnalogF64")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    fn write_analog_f64(
        &self,
        task: Handle<Task>,
        #[len_of(samples)] samples_per_channel: i32,
        auto_start: Bool32,
        timeout: f64,
        data_layout: Bool32,
        samples: &[f64],
        #[out] samples_per_channel_written: i32,
        #[fixed(None)] reserved: Option<&Bool32>,
    ) -> i32;

    /// `int32 DAQmxRegisterEveryNSamplesEvent(TaskHandle, int32 everyNsamplesEventType, uInt32 nSamples, uInt32 options,
    /// DAQmxEveryNSamplesEventCallbackPtr callbackFunction, void *callbackData);`
    #[symbol("DAQmxRegisterEveryNSamplesEvent")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    fn register_every_n_samples_event(
        &self,
        task: Handle<Task>,
        event_type: i32,
        samples: u32,
        options: u32,
        #[registered] callback: fn(task: Handle<Task>, event_type: i32, samples: u32, data: UserData) -> i32,
        data: UserData,
    ) -> i32;

    /// `int32 DAQmxGetExtendedErrorInfo(char errorString[], uInt32 bufferSize);`
    #[symbol("DAQmxGetExtendedErrorInfo")]
    fn extended_error_info(&self, #[out(cap = 2048)] text: String, #[len_of(text)] size: u32) -> i32;

    /// `int32 DAQmxGetSysDevNames(char *data, uInt32 bufferSize);` A call without a buffer returns the size.
    #[symbol("DAQmxGetSysDevNames")]
    #[check(ret >= 0)]
    fn sys_dev_names(&self, #[out(cap = size)] names: String, size: u32) -> i32;

    /// `int32 DAQmxGetDevProductNum(const char device[], uInt32 *data);`
    #[symbol("DAQmxGetDevProductNum")]
    #[check(ret >= 0, text = self.extended_error_info().1)]
    fn dev_product_num(&self, device: &str, #[out] number: u32) -> i32;
}

fn call(client: &NidaqmxClient) -> Result<(), bridge32::Error> {
    let (_, devices) = client.sys_dev_names(1024)?;
    let (_, task) = client.create_task(&devices)?;
    client.create_ai_voltage_chan(task, "Dev1/ai0", "", -1, -10.0, 10.0, 10_348, None)?;
    client.cfg_samp_clk_timing(task, None, 1000.0, 10_280, 10_123, 1000)?;
    let (_, _events) = client.register_every_n_samples_event(task, 1, 100, 0, |_task, _kind, samples| {
        println!("{samples} samples");
        0
    })?;
    client.start_task(task)?;
    let (_, samples, n) = client.read_analog_f64(task, 100, 1.0, false.into(), 100)?;
    println!("{n} samples: {samples:?}");
    client.clear_task(task)?;
    Ok(())
}
