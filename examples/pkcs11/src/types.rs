//! Structs and constants of `pkcs11t.h`, without their prefixes. On Windows, that header packs its structs: `#[repr(C, packed)]`.

use bridge32::{Address, Bridge};

/// `CK_FUNCTION_LIST`, up to the last function that the interface calls.
#[derive(Debug, Clone, Copy, Bridge)]
#[repr(C)]
#[allow(missing_docs, reason = "each is the function of its name, without `C_`")]
pub struct FunctionList {
    pub version: Version,
    pub initialize: Address,
    pub finalize: Address,
    pub get_info: Address,
    pub get_function_list: Address,
    pub get_slot_list: Address,
    pub get_slot_info: Address,
    pub get_token_info: Address,
    pub get_mechanism_list: Address,
    pub get_mechanism_info: Address,
    pub init_token: Address,
    pub init_pin: Address,
    pub set_pin: Address,
    pub open_session: Address,
    pub close_session: Address,
    pub close_all_sessions: Address,
    pub get_session_info: Address,
    pub get_operation_state: Address,
    pub set_operation_state: Address,
    pub login: Address,
    pub logout: Address,
    pub create_object: Address,
    pub copy_object: Address,
    pub destroy_object: Address,
    pub get_object_size: Address,
    pub get_attribute_value: Address,
    pub set_attribute_value: Address,
    pub find_objects_init: Address,
    pub find_objects: Address,
    pub find_objects_final: Address,
    pub encrypt_init: Address,
    pub encrypt: Address,
    pub encrypt_update: Address,
    pub encrypt_final: Address,
    pub decrypt_init: Address,
    pub decrypt: Address,
    pub decrypt_update: Address,
    pub decrypt_final: Address,
    pub digest_init: Address,
    pub digest: Address,
}

/// `CK_VERSION`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs, reason = "the names describe the fields")]
pub struct Version {
    pub major: u8,
    pub minor: u8,
}

/// `CK_INFO`. Text is padded with blanks and has no NUL.
#[derive(Debug, Clone, Bridge)]
#[repr(C)]
#[allow(missing_docs, reason = "the names describe the fields")]
pub struct Info {
    pub cryptoki_version: Version,
    #[text(cap = 32)]
    pub manufacturer: String,
    pub flags: u32,
    #[text(cap = 32)]
    pub library_description: String,
    pub library_version: Version,
}

/// `CK_TOKEN_INFO`. Text is padded with blanks and has no NUL.
#[derive(Debug, Clone, Bridge)]
#[repr(C)]
#[allow(missing_docs, reason = "the names describe the fields")]
pub struct TokenInfo {
    #[text(cap = 32)]
    pub label: String,
    #[text(cap = 32)]
    pub manufacturer: String,
    #[text(cap = 16)]
    pub model: String,
    #[text(cap = 16)]
    pub serial_number: String,
    pub flags: u32,
    pub max_session_count: u32,
    pub session_count: u32,
    pub max_rw_session_count: u32,
    pub rw_session_count: u32,
    pub max_pin_len: u32,
    pub min_pin_len: u32,
    pub total_public_memory: u32,
    pub free_public_memory: u32,
    pub total_private_memory: u32,
    pub free_private_memory: u32,
    pub hardware_version: Version,
    pub firmware_version: Version,
    #[text(cap = 16)]
    pub utc_time: String,
}

/// `CK_ATTRIBUTE`: what it is, and its value.
#[derive(Debug, Clone, PartialEq, Eq, Bridge)]
#[repr(C)]
pub struct Attribute {
    /// `CKA_…`: what the attribute is.
    pub kind: u32,
    /// The value; `None` is null.
    pub value: Option<Vec<u8>>,
    /// The length of the value, also if it is null.
    #[len_of(value)]
    len: u32,
}

impl Attribute {
    /// An attribute with a value in bytes.
    pub fn bytes(kind: u32, value: impl Into<Vec<u8>>) -> Self {
        Self { kind, value: Some(value.into()), len: 0 }
    }

    /// An attribute whose value is a `CK_BBOOL`.
    pub fn bool(kind: u32, value: bool) -> Self {
        Self::bytes(kind, [value.into()])
    }

    /// An attribute whose value is a `CK_ULONG`.
    pub fn ulong(kind: u32, value: u32) -> Self {
        Self::bytes(kind, value.to_le_bytes())
    }

    /// An attribute whose value is null, to ask for its length.
    pub fn null(kind: u32) -> Self {
        Self { kind, value: None, len: 0 }
    }

    /// The length that the value needs, if it is available.
    pub fn needed(&self) -> Option<usize> {
        (self.len != UNAVAILABLE_INFORMATION).then_some(self.len as usize)
    }

    /// The value, if it is available. One without bytes is null, too.
    pub fn available(self) -> Option<Vec<u8>> {
        self.needed().map(|_| self.value.unwrap_or_default())
    }
}

/// `CK_MECHANISM`: an algorithm and its parameter, such as an initialization vector.
#[derive(Debug, Clone, PartialEq, Eq, Bridge)]
#[repr(C)]
pub struct Mechanism {
    mechanism: u32,
    parameter: Vec<u8>,
    #[len_of(parameter)]
    parameter_len: u32,
}

impl Mechanism {
    /// An algorithm without a parameter.
    pub fn new(mechanism: u32) -> Self {
        Self::with(mechanism, [])
    }

    /// An algorithm with a parameter.
    pub fn with(mechanism: u32, parameter: impl Into<Vec<u8>>) -> Self {
        Self { mechanism, parameter: parameter.into(), parameter_len: 0 }
    }
}

/// `CK_USER_TYPE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(u32)]
pub enum User {
    /// `CKU_SO`: the security officer, who initializes the user's PIN.
    SecurityOfficer = 0,
    /// `CKU_USER`
    User = 1,
}

/// `CK_UNAVAILABLE_INFORMATION`, which is -1: the length of an attribute that has no value, or whose value is secret.
pub const UNAVAILABLE_INFORMATION: u32 = u32::MAX;

/// Declares return values, and a function for their names.
macro_rules! return_values {
    ($($name:ident = $value:literal)*) => {
        $(
            #[doc = concat!("`CKR_", stringify!($name), "`")]
            pub const $name: u32 = $value;
        )*

        /// The name of a return value in `pkcs11t.h`, if it is one of those above.
        pub fn name(value: u32) -> Option<&'static str> {
            match value {
                $($value => Some(concat!("CKR_", stringify!($name))),)*
                _ => None,
            }
        }
    };
}

return_values! {
    OK = 0x000
    SLOT_ID_INVALID = 0x003
    ARGUMENTS_BAD = 0x007
    ATTRIBUTE_SENSITIVE = 0x011
    ATTRIBUTE_TYPE_INVALID = 0x012
    DATA_LEN_RANGE = 0x021
    MECHANISM_INVALID = 0x070
    OPERATION_NOT_INITIALIZED = 0x091
    PIN_INCORRECT = 0x0a0
    PIN_LEN_RANGE = 0x0a2
    SESSION_HANDLE_INVALID = 0x0b3
    USER_ALREADY_LOGGED_IN = 0x100
    USER_NOT_LOGGED_IN = 0x101
    BUFFER_TOO_SMALL = 0x150
    CRYPTOKI_NOT_INITIALIZED = 0x190
    CRYPTOKI_ALREADY_INITIALIZED = 0x191
}

/// `CKF_RW_SESSION`: the session may change the token.
pub const RW_SESSION: u32 = 2;
/// `CKF_SERIAL_SESSION`
pub const SERIAL_SESSION: u32 = 4;
/// `CKF_TOKEN_INITIALIZED`, in [`TokenInfo::flags`].
pub const TOKEN_INITIALIZED: u32 = 0x400;

/// `CKO_SECRET_KEY`, an object's [`CLASS`].
pub const SECRET_KEY: u32 = 4;
/// `CKK_AES`, a key's [`KEY_TYPE`].
pub const AES: u32 = 0x1f;

/// `CKM_SHA256`
pub const SHA256: u32 = 0x250;
/// `CKM_AES_ECB`
pub const AES_ECB: u32 = 0x1081;
/// `CKM_AES_CBC`, whose parameter is an initialization vector of 16 bytes.
pub const AES_CBC: u32 = 0x1082;
/// `CKM_AES_CBC_PAD`: the same for data of any length.
pub const AES_CBC_PAD: u32 = 0x1085;

/// `CKA_CLASS`: what an object is.
pub const CLASS: u32 = 0x000;
/// `CKA_TOKEN`: whether an object outlives its session.
pub const TOKEN: u32 = 0x001;
/// `CKA_LABEL`
pub const LABEL: u32 = 0x003;
/// `CKA_VALUE`: the bytes of a key.
pub const VALUE: u32 = 0x011;
/// `CKA_KEY_TYPE`
pub const KEY_TYPE: u32 = 0x100;
/// `CKA_ID`
pub const ID: u32 = 0x102;
/// `CKA_SENSITIVE`: whether the value of a key is never revealed.
pub const SENSITIVE: u32 = 0x103;
/// `CKA_ENCRYPT`: whether a key may encrypt.
pub const ENCRYPT: u32 = 0x104;
/// `CKA_DECRYPT`: whether a key may decrypt.
pub const DECRYPT: u32 = 0x105;
/// `CKA_MODULUS`: of an RSA key.
pub const MODULUS: u32 = 0x120;
/// `CKA_VALUE_LEN`: the length of a key in bytes.
pub const VALUE_LEN: u32 = 0x161;
/// `CKA_EXTRACTABLE`: whether a key may leave the token.
pub const EXTRACTABLE: u32 = 0x162;
