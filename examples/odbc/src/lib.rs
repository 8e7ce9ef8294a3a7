//! The interface of ODBC. Each method's documentation begins with its declaration in `sql.h` or `sqlext.h`.

use bridge32::{Address, Bridge, Handle, SSize, Size, bridge32};

/// A part of ODBC. Functions that take a handle, or a value, of any type are declared once for each type.
///
/// Text is UTF-8, as SQLite has it.
#[cfg_attr(windows, bridge32(lib = "odbc32.dll", abi = "system"))]
#[cfg_attr(not(windows), bridge32(lib = "libodbc.so.2", abi = "system"))]
#[allow(clippy::too_many_arguments, reason = "the native functions have these parameters")]
pub trait Odbc {
    /// `SQLRETURN SQLAllocHandle(SQLSMALLINT HandleType, SQLHANDLE InputHandle, SQLHANDLE *OutputHandle);`
    #[symbol("SQLAllocHandle")]
    #[check(succeeded(ret))]
    fn alloc_environment(
        &self,
        #[fixed(HANDLE_ENV)] handle_type: i16,
        #[fixed(Address::NULL)] input: Address,
        #[out] environment: EnvironmentHandle,
    ) -> i16;

    /// `SQLAllocHandle` with `SQL_HANDLE_DBC`.
    #[symbol("SQLAllocHandle")]
    #[check(succeeded(ret))]
    fn alloc_connection(
        &self,
        #[fixed(HANDLE_DBC)] handle_type: i16,
        environment: EnvironmentHandle,
        #[out] connection: ConnectionHandle,
    ) -> i16;

    /// `SQLAllocHandle` with `SQL_HANDLE_STMT`.
    #[symbol("SQLAllocHandle")]
    #[check(succeeded(ret), text = self.connection_diagnostics(connection))]
    fn alloc_statement(
        &self,
        #[fixed(HANDLE_STMT)] handle_type: i16,
        connection: ConnectionHandle,
        #[out] statement: StatementHandle,
    ) -> i16;

    /// `SQLRETURN SQLFreeHandle(SQLSMALLINT HandleType, SQLHANDLE Handle);`
    #[symbol("SQLFreeHandle")]
    #[check(succeeded(ret))]
    fn free_environment(&self, #[fixed(HANDLE_ENV)] handle_type: i16, #[closes] environment: EnvironmentHandle) -> i16;

    /// `SQLFreeHandle` with `SQL_HANDLE_DBC`. A connection is disconnected before it is freed.
    #[symbol("SQLFreeHandle")]
    #[check(succeeded(ret), text = self.connection_diagnostics(connection))]
    fn free_connection(&self, #[fixed(HANDLE_DBC)] handle_type: i16, #[closes] connection: ConnectionHandle) -> i16;

    /// `SQLFreeHandle` with `SQL_HANDLE_STMT`.
    #[symbol("SQLFreeHandle")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn free_statement(&self, #[fixed(HANDLE_STMT)] handle_type: i16, #[closes] statement: StatementHandle) -> i16;

    /// `SQLRETURN SQLGetDiagRec(SQLSMALLINT HandleType, SQLHANDLE Handle, SQLSMALLINT RecNumber, SQLCHAR *Sqlstate,`
    /// `SQLINTEGER *NativeError, SQLCHAR *MessageText, SQLSMALLINT BufferLength, SQLSMALLINT *TextLength);`
    #[symbol("SQLGetDiagRec")]
    fn connection_record(
        &self,
        #[fixed(HANDLE_DBC)] handle_type: i16,
        connection: ConnectionHandle,
        number: i16,
        #[out(cap = 6)] state: String,
        #[out] native_error: i32,
        #[out(cap = 512)] message: String,
        #[len_of(message)] capacity: i16,
        #[out] length: i16,
    ) -> i16;

    /// `SQLGetDiagRec` with `SQL_HANDLE_STMT`.
    #[symbol("SQLGetDiagRec")]
    fn statement_record(
        &self,
        #[fixed(HANDLE_STMT)] handle_type: i16,
        statement: StatementHandle,
        number: i16,
        #[out(cap = 6)] state: String,
        #[out] native_error: i32,
        #[out(cap = 512)] message: String,
        #[len_of(message)] capacity: i16,
        #[out] length: i16,
    ) -> i16;

    /// The diagnostic records of the last call with a connection.
    fn connection_diagnostics(&self, connection: ConnectionHandle) -> String {
        diagnostics(|number| self.connection_record(connection, number))
    }

    /// The diagnostic records of the last call with a statement.
    fn statement_diagnostics(&self, statement: StatementHandle) -> String {
        diagnostics(|number| self.statement_record(statement, number))
    }

    /// `SQLRETURN SQLSetEnvAttr(SQLHENV EnvironmentHandle, SQLINTEGER Attribute, SQLPOINTER Value, SQLINTEGER StringLength);`
    ///
    /// The value is an integer in the place of a pointer.
    #[symbol("SQLSetEnvAttr")]
    #[check(succeeded(ret))]
    fn set_environment_attribute(
        &self,
        environment: EnvironmentHandle,
        attribute: i32,
        value: Size,
        #[fixed(0)] length: i32,
    ) -> i16;

    /// `SQLRETURN SQLDrivers(SQLHENV EnvironmentHandle, SQLUSMALLINT Direction, SQLCHAR *DriverDescription,`
    /// `SQLSMALLINT BufferLength1, SQLSMALLINT *DescriptionLengthPtr, SQLCHAR *DriverAttributes, SQLSMALLINT BufferLength2,`
    /// `SQLSMALLINT *AttributesLengthPtr);`
    ///
    /// Returns [`NO_DATA`] after the last driver.
    #[symbol("SQLDrivers")]
    #[check(succeeded(ret) || ret == NO_DATA)]
    fn next_driver(
        &self,
        environment: EnvironmentHandle,
        direction: Direction,
        #[out(cap = 256)] description: String,
        #[len_of(description)] description_capacity: i16,
        #[out] description_length: i16,
        #[multi]
        #[out(cap = 2048)]
        attributes: Vec<String>,
        #[len_of(attributes)] attributes_capacity: i16,
        #[out] attributes_length: i16,
    ) -> i16;

    /// `SQLRETURN SQLDriverConnect(SQLHDBC ConnectionHandle, SQLHWND WindowHandle, SQLCHAR *InConnectionString,`
    /// `SQLSMALLINT StringLength1, SQLCHAR *OutConnectionString, SQLSMALLINT BufferLength, SQLSMALLINT *StringLength2Ptr,`
    /// `SQLUSMALLINT DriverCompletion);`
    ///
    /// Asks no questions in a window. Returns the connection string as the driver has completed it.
    #[symbol("SQLDriverConnect")]
    #[check(succeeded(ret), text = self.connection_diagnostics(connection))]
    fn driver_connect(
        &self,
        connection: ConnectionHandle,
        #[fixed(Address::NULL)] window: Address,
        connection_string: &str,
        #[len_of(connection_string)] length: i16,
        #[out(cap = 1024)] completed: String,
        #[len_of(completed)] capacity: i16,
        #[out] completed_length: i16,
        #[fixed(DRIVER_NOPROMPT)] completion: u16,
    ) -> i16;

    /// `SQLRETURN SQLDisconnect(SQLHDBC ConnectionHandle);`
    #[symbol("SQLDisconnect")]
    #[check(succeeded(ret), text = self.connection_diagnostics(connection))]
    fn disconnect(&self, connection: ConnectionHandle) -> i16;

    /// `SQLRETURN SQLExecDirect(SQLHSTMT StatementHandle, SQLCHAR *StatementText, SQLINTEGER TextLength);`
    #[symbol("SQLExecDirect")]
    #[check(succeeded(ret) || ret == NO_DATA, text = self.statement_diagnostics(statement))]
    fn exec_direct(&self, statement: StatementHandle, sql: &str, #[len_of(sql)] length: i32) -> i16;

    /// `SQLRETURN SQLPrepare(SQLHSTMT StatementHandle, SQLCHAR *StatementText, SQLINTEGER TextLength);`
    #[symbol("SQLPrepare")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn prepare(&self, statement: StatementHandle, sql: &str, #[len_of(sql)] length: i32) -> i16;

    /// `SQLRETURN SQLExecute(SQLHSTMT StatementHandle);`
    #[symbol("SQLExecute")]
    #[check(succeeded(ret) || ret == NO_DATA, text = self.statement_diagnostics(statement))]
    fn execute(&self, statement: StatementHandle) -> i16;

    /// `SQLRETURN SQLBindParameter(SQLHSTMT StatementHandle, SQLUSMALLINT ParameterNumber, SQLSMALLINT InputOutputType,`
    /// `SQLSMALLINT ValueType, SQLSMALLINT ParameterType, SQLULEN ColumnSize, SQLSMALLINT DecimalDigits,`
    /// `SQLPOINTER ParameterValuePtr, SQLLEN BufferLength, SQLLEN *StrLen_or_IndPtr);`
    ///
    /// `SQLExecute` reads the value and its length, which are in memory of the server.
    #[symbol("SQLBindParameter")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn bind_parameter(
        &self,
        statement: StatementHandle,
        number: u16,
        #[fixed(PARAM_INPUT)] input_output: i16,
        value_type: CType,
        sql_type: SqlType,
        column_size: Size,
        #[fixed(0)] decimal_digits: i16,
        value: Address,
        capacity: SSize,
        length: Address,
    ) -> i16;

    /// `SQLRETURN SQLSetStmtAttr(SQLHSTMT StatementHandle, SQLINTEGER Attribute, SQLPOINTER Value, SQLINTEGER StringLength);`
    ///
    /// For attributes that are integers.
    #[symbol("SQLSetStmtAttr")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn set_statement_attribute(
        &self,
        statement: StatementHandle,
        attribute: i32,
        value: Size,
        #[fixed(0)] length: i32,
    ) -> i16;

    /// `SQLSetStmtAttr` for attributes that are pointers, which point to memory of the server.
    #[symbol("SQLSetStmtAttr")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn set_statement_pointer(
        &self,
        statement: StatementHandle,
        attribute: i32,
        value: Address,
        #[fixed(0)] length: i32,
    ) -> i16;

    /// `SQLRETURN SQLBindCol(SQLHSTMT StatementHandle, SQLUSMALLINT ColumnNumber, SQLSMALLINT TargetType,`
    /// `SQLPOINTER TargetValuePtr, SQLLEN BufferLength, SQLLEN *StrLen_or_IndPtr);`
    ///
    /// `SQLFetch` writes the values and their lengths, or [`NULL_DATA`], to memory of the server: one of each for every row that it
    /// fetches at a time. `capacity` is for one value.
    #[symbol("SQLBindCol")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn bind_col(
        &self,
        statement: StatementHandle,
        column: u16,
        target_type: CType,
        values: Address,
        capacity: SSize,
        lengths: Address,
    ) -> i16;

    /// `SQLRETURN SQLNumResultCols(SQLHSTMT StatementHandle, SQLSMALLINT *ColumnCountPtr);`
    #[symbol("SQLNumResultCols")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn num_result_cols(&self, statement: StatementHandle, #[out] count: i16) -> i16;

    /// `SQLRETURN SQLRowCount(SQLHSTMT StatementHandle, SQLLEN *RowCountPtr);`
    ///
    /// Returns how many rows the statement has changed.
    #[symbol("SQLRowCount")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn row_count(&self, statement: StatementHandle, #[out] count: SSize) -> i16;

    /// `SQLRETURN SQLFetch(SQLHSTMT StatementHandle);`
    ///
    /// Returns [`NO_DATA`] after the last row.
    #[symbol("SQLFetch")]
    #[check(succeeded(ret) || ret == NO_DATA, text = self.statement_diagnostics(statement))]
    fn fetch(&self, statement: StatementHandle) -> i16;

    /// `SQLRETURN SQLGetData(SQLHSTMT StatementHandle, SQLUSMALLINT ColumnNumber, SQLSMALLINT TargetType,`
    /// `SQLPOINTER TargetValuePtr, SQLLEN BufferLength, SQLLEN *StrLen_or_IndPtr);`
    ///
    /// Returns the bytes of a value, as many as fit, and the length of what there was to read: it is larger than the capacity if
    /// the bytes are truncated, and [`NULL_DATA`] if there is no value. The next call returns the rest, and the last one
    /// [`NO_DATA`].
    #[symbol("SQLGetData")]
    #[check(succeeded(ret) || ret == NO_DATA, text = self.statement_diagnostics(statement))]
    fn get_bytes(
        &self,
        statement: StatementHandle,
        column: u16,
        #[fixed(CType::Binary)] target_type: CType,
        #[out(cap = capacity, len = length.clamp(SSize(0), capacity))] bytes: Vec<u8>,
        capacity: SSize,
        #[out] length: SSize,
    ) -> i16;

    /// `SQLGetData` for an integer, which is 0 if there is no value: then the length is [`NULL_DATA`].
    #[symbol("SQLGetData")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn get_i64(
        &self,
        statement: StatementHandle,
        column: u16,
        #[fixed(CType::BigInt)] target_type: CType,
        #[out] value: i64,
        #[fixed(SSize(8))] capacity: SSize,
        #[out] length: SSize,
    ) -> i16;

    /// `SQLGetData` for text of up to 255 bytes.
    #[symbol("SQLGetData")]
    #[check(succeeded(ret), text = self.statement_diagnostics(statement))]
    fn get_text(
        &self,
        statement: StatementHandle,
        column: u16,
        #[fixed(CType::Char)] target_type: CType,
        #[out(cap = 256)] text: String,
        #[len_of(text)] capacity: SSize,
        #[out] length: SSize,
    ) -> i16;
}

/// The tag of `SQLHENV`.
#[derive(Debug)]
pub enum Environment {}

/// `SQLHENV`
pub type EnvironmentHandle = Handle<Environment>;

/// The tag of `SQLHDBC`.
#[derive(Debug)]
pub enum Connection {}

/// `SQLHDBC`
pub type ConnectionHandle = Handle<Connection>;

/// The tag of `SQLHSTMT`.
#[derive(Debug)]
pub enum Statement {}

/// `SQLHSTMT`
pub type StatementHandle = Handle<Statement>;

/// `SQL_SUCCEEDED`: whether a function has succeeded, perhaps with a warning such as truncated data.
pub const fn succeeded(ret: i16) -> bool {
    matches!(ret, SUCCESS | SUCCESS_WITH_INFO)
}

/// All diagnostic records, each with its state, such as `HY000`.
fn diagnostics(record: impl Fn(i16) -> (i16, String, i32, String, i16)) -> String {
    let records = (1..).map(record).take_while(|(ret, ..)| succeeded(*ret));
    records.map(|(_, state, _, message, _)| format!("{state} {message}")).collect::<Vec<_>>().join("; ")
}

/// `SQL_C_…`: the type of a value in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(i16)]
#[allow(missing_docs, reason = "the names describe the variants")]
pub enum CType {
    Char = 1,
    Double = 8,
    Binary = -2,
    /// `SQL_C_SBIGINT`: an `i64`.
    BigInt = -25,
}

/// `SQL_…`: the type of a value in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(i16)]
#[allow(missing_docs, reason = "the names describe the variants")]
pub enum SqlType {
    Double = 8,
    VarChar = 12,
    VarBinary = -3,
    BigInt = -5,
}

/// `SQL_FETCH_…`: the first driver or the one after the last that was returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(u16)]
#[allow(missing_docs, reason = "the names describe the variants")]
pub enum Direction {
    Next = 1,
    First = 2,
}

/// The driver for SQLite, where Debian has it for 32-bit programs.
pub const DRIVER: &str = "/usr/lib/i386-linux-gnu/odbc/libsqlite3odbc.so";

/// `SQL_SUCCESS`
pub const SUCCESS: i16 = 0;
/// `SQL_SUCCESS_WITH_INFO`: a success, with a warning in the diagnostic records.
pub const SUCCESS_WITH_INFO: i16 = 1;
/// `SQL_NO_DATA`: there is nothing more to return.
pub const NO_DATA: i16 = 100;
/// `SQL_ERROR`
pub const ERROR: i16 = -1;
/// `SQL_NULL_DATA`: the length of a value that is NULL.
pub const NULL_DATA: SSize = SSize(-1);

/// `SQL_ATTR_ODBC_VERSION`, an attribute of an environment, which must be set first.
pub const ATTR_ODBC_VERSION: i32 = 200;
/// `SQL_OV_ODBC3`: a value of [`ATTR_ODBC_VERSION`].
pub const OV_ODBC3: Size = Size(3);
/// `SQL_ATTR_ROW_ARRAY_SIZE`, an attribute of a statement: how many rows `SQLFetch` fetches.
pub const ATTR_ROW_ARRAY_SIZE: i32 = 27;
/// `SQL_ATTR_ROWS_FETCHED_PTR`, an attribute of a statement: a pointer to how many rows `SQLFetch` has fetched, a `SQLULEN`.
pub const ATTR_ROWS_FETCHED_PTR: i32 = 26;

const HANDLE_ENV: i16 = 1;
const HANDLE_DBC: i16 = 2;
const HANDLE_STMT: i16 = 3;
const DRIVER_NOPROMPT: u16 = 0;
const PARAM_INPUT: i16 = 1;
