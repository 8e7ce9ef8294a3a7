//! libmodbus, `modbus.h`: -1 and `errno` for failures, registers in arrays, and a struct of arrays that the library owns.

use bridge32::{Bridge, Handle, bridge32};

/// `modbus_t`
pub enum Modbus {}

/// `modbus_mapping_t`, which the library allocates and changes: its fields are read through [`LibModbus::mapping`].
pub enum Mapping {}

/// The contents of a `modbus_mapping_t`.
#[derive(Debug, Clone, Bridge)]
#[repr(C)]
pub struct MappingContents {
    #[len_of(bits)]
    pub nb_bits: i32,
    pub start_bits: i32,
    #[len_of(input_bits)]
    pub nb_input_bits: i32,
    pub start_input_bits: i32,
    #[len_of(input_registers)]
    pub nb_input_registers: i32,
    pub start_input_registers: i32,
    #[len_of(registers)]
    pub nb_registers: i32,
    pub start_registers: i32,
    pub bits: Vec<u8>,
    pub input_bits: Vec<u8>,
    pub input_registers: Vec<u16>,
    pub registers: Vec<u16>,
}

#[bridge32(lib = "modbus")]
pub trait LibModbus {
    /// `modbus_t *modbus_new_tcp(const char *ip_address, int port);`
    #[errno]
    #[check(ret.is_some())]
    fn modbus_new_tcp(&self, ip_address: &str, port: i32) -> Option<Handle<Modbus>>;

    /// `modbus_t *modbus_new_rtu(const char *device, int baud, char parity, int data_bit, int stop_bit);`
    #[errno]
    #[check(ret.is_some())]
    fn modbus_new_rtu(
        &self,
        device: &str,
        baud: i32,
        parity: u8,
        data_bit: i32,
        stop_bit: i32,
    ) -> Option<Handle<Modbus>>;

    /// `int modbus_set_slave(modbus_t *ctx, int slave);`
    #[errno]
    #[check(ret == 0)]
    fn modbus_set_slave(&self, ctx: Handle<Modbus>, slave: i32) -> i32;

    /// `int modbus_connect(modbus_t *ctx);`
    #[errno]
    #[check(ret == 0)]
    fn modbus_connect(&self, ctx: Handle<Modbus>) -> i32;

    /// `void modbus_close(modbus_t *ctx);` closes the connection and leaves the context.
    fn modbus_close(&self, ctx: Handle<Modbus>);

    /// `void modbus_free(modbus_t *ctx);`
    fn modbus_free(&self, #[closes] ctx: Handle<Modbus>);

    /// `int modbus_read_registers(modbus_t *ctx, int addr, int nb, uint16_t *dest);`
    #[errno]
    #[check(ret >= 0)]
    fn modbus_read_registers(
        &self,
        ctx: Handle<Modbus>,
        addr: i32,
        nb: i32,
        #[out(cap = nb, len = ret)] dest: Vec<u16>,
    ) -> i32;

    /// `int modbus_write_registers(modbus_t *ctx, int addr, int nb, const uint16_t *data);`
    #[errno]
    #[check(ret >= 0)]
    fn modbus_write_registers(&self, ctx: Handle<Modbus>, addr: i32, #[len_of(data)] nb: i32, data: &[u16]) -> i32;

    /// `int modbus_write_and_read_registers(modbus_t *ctx, int write_addr, int write_nb, const uint16_t *src, int read_addr,
    /// int read_nb, uint16_t *dest);`
    #[errno]
    #[check(ret >= 0)]
    fn modbus_write_and_read_registers(
        &self,
        ctx: Handle<Modbus>,
        write_addr: i32,
        #[len_of(src)] write_nb: i32,
        src: &[u16],
        read_addr: i32,
        read_nb: i32,
        #[out(cap = read_nb, len = ret)] dest: Vec<u16>,
    ) -> i32;

    /// `int modbus_report_slave_id(modbus_t *ctx, int max_dest, uint8_t *dest);` returns what it would have written.
    #[errno]
    #[check(ret >= 0)]
    fn modbus_report_slave_id(
        &self,
        ctx: Handle<Modbus>,
        #[len_of(dest)] max_dest: i32,
        #[out(cap = 256, len = ret.min(max_dest))] dest: Vec<u8>,
    ) -> i32;

    /// `int modbus_get_response_timeout(modbus_t *ctx, uint32_t *to_sec, uint32_t *to_usec);`
    #[errno]
    #[check(ret == 0)]
    fn modbus_get_response_timeout(&self, ctx: Handle<Modbus>, #[out] to_sec: u32, #[out] to_usec: u32) -> i32;

    /// `const char *modbus_strerror(int errnum);`
    fn modbus_strerror(&self, errnum: i32) -> String;

    /// `modbus_mapping_t *modbus_mapping_new(int nb_bits, int nb_input_bits, int nb_registers, int nb_input_registers);`
    fn modbus_mapping_new(
        &self,
        nb_bits: i32,
        nb_input_bits: i32,
        nb_registers: i32,
        nb_input_registers: i32,
    ) -> Option<Handle<Mapping>>;

    /// `void modbus_mapping_free(modbus_mapping_t *mb_mapping);`
    fn modbus_mapping_free(&self, #[closes] mapping: Handle<Mapping>);

    /// `int modbus_reply(modbus_t *ctx, const uint8_t *req, int req_length, modbus_mapping_t *mb_mapping);`
    #[errno]
    #[check(ret >= 0)]
    fn modbus_reply(
        &self,
        ctx: Handle<Modbus>,
        req: &[u8],
        #[len_of(req)] req_length: i32,
        mapping: Handle<Mapping>,
    ) -> i32;
}

fn call(client: &LibModbusClient) -> Result<(), bridge32::Error> {
    let Some(context) = client.modbus_new_tcp("192.0.2.1", 502)? else { return Ok(()) };
    client.modbus_connect(context)?;
    let (_, registers) = client.modbus_read_registers(context, 0, 10)?;
    client.modbus_write_registers(context, 10, &registers)?;
    let (_, id) = client.modbus_report_slave_id(context)?;
    println!("{registers:?} {id:?}");
    client.modbus_free(context)
}
