//! The interface of PKCS#11, which smart cards, USB tokens and hardware security modules have. Each method's documentation begins
//! with its declaration in C.

pub mod softhsm;
mod types;

use bridge32::{Address, Handle, ULong, bridge32};
pub use types::*;

/// A part of PKCS#11. A module exports only `C_GetFunctionList`; the other functions are entries of the list that it returns.
///
/// `CK_ULONG` and the types that are one, such as `CK_RV`, are an `unsigned long`, which has 32 bits in every 32-bit library.
#[bridge32(lib = "softhsm2")]
pub trait Pkcs11 {
    /// `CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR ppFunctionList);`
    #[symbol("C_GetFunctionList")]
    #[check(ret == OK, text = name(ret))]
    fn get_function_list(&self, #[out(pointer)] list: Box<FunctionList>) -> u32;

    /// The list of functions.
    fn list(&self) -> FunctionList {
        *self.get_function_list().1
    }

    /// `CK_RV C_Initialize(CK_VOID_PTR pInitArgs);`
    #[function(self.list().initialize)]
    #[check(ret == OK, text = name(ret))]
    fn initialize(&self, #[fixed(Address::NULL)] args: Address) -> u32;

    /// `CK_RV C_Finalize(CK_VOID_PTR pReserved);`
    #[function(self.list().finalize)]
    #[check(ret == OK, text = name(ret))]
    fn finalize(&self, #[fixed(Address::NULL)] reserved: Address) -> u32;

    /// `CK_RV C_GetInfo(CK_INFO_PTR pInfo);`
    #[function(self.list().get_info)]
    #[check(ret == OK, text = name(ret))]
    fn get_info(&self, #[out] info: Info) -> u32;

    /// `CK_RV C_GetSlotList(CK_BBOOL tokenPresent, CK_SLOT_ID_PTR pSlotList, CK_ULONG_PTR pulCount);`
    #[function(self.list().get_slot_list)]
    #[check(ret == OK, text = name(ret))]
    fn get_slot_list(
        &self,
        token_present: bool,
        #[out(cap = 64)] slots: Vec<SlotId>,
        #[len_of(slots)] count: &mut u32,
    ) -> u32;

    /// `CK_RV C_GetTokenInfo(CK_SLOT_ID slotID, CK_TOKEN_INFO_PTR pInfo);`
    #[function(self.list().get_token_info)]
    #[check(ret == OK, text = name(ret))]
    fn get_token_info(&self, slot: SlotId, #[out] info: TokenInfo) -> u32;

    /// `CK_RV C_InitToken(CK_SLOT_ID slotID, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen, CK_UTF8CHAR_PTR pLabel);`
    ///
    /// The label has 32 bytes, with blanks at the end.
    #[function(self.list().init_token)]
    #[check(ret == OK, text = name(ret))]
    fn init_token(&self, slot: SlotId, pin: &str, #[len_of(pin)] pin_len: u32, #[len(32)] label: &[u8]) -> u32;

    /// `CK_RV C_InitPIN(CK_SESSION_HANDLE hSession, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen);`
    #[function(self.list().init_pin)]
    #[check(ret == OK, text = name(ret))]
    fn init_pin(&self, session: SessionHandle, pin: &str, #[len_of(pin)] pin_len: u32) -> u32;

    /// `CK_RV C_OpenSession(CK_SLOT_ID slotID, CK_FLAGS flags, CK_VOID_PTR pApplication, CK_NOTIFY Notify,`
    /// `CK_SESSION_HANDLE_PTR phSession);`
    ///
    /// [`SERIAL_SESSION`] is always one of the flags.
    #[function(self.list().open_session)]
    #[check(ret == OK, text = name(ret))]
    fn open_session(
        &self,
        slot: SlotId,
        flags: u32,
        #[fixed(Address::NULL)] application: Address,
        #[fixed(Address::NULL)] notify: Address,
        #[out] session: SessionHandle,
    ) -> u32;

    /// `CK_RV C_CloseSession(CK_SESSION_HANDLE hSession);`
    #[function(self.list().close_session)]
    #[check(ret == OK, text = name(ret))]
    fn close_session(&self, #[closes] session: SessionHandle) -> u32;

    /// `CK_RV C_Login(CK_SESSION_HANDLE hSession, CK_USER_TYPE userType, CK_UTF8CHAR_PTR pPin, CK_ULONG ulPinLen);`
    #[function(self.list().login)]
    #[check(ret == OK, text = name(ret))]
    fn login(&self, session: SessionHandle, user: User, pin: &str, #[len_of(pin)] pin_len: u32) -> u32;

    /// `CK_RV C_Logout(CK_SESSION_HANDLE hSession);`
    #[function(self.list().logout)]
    #[check(ret == OK, text = name(ret))]
    fn logout(&self, session: SessionHandle) -> u32;

    /// `CK_RV C_CreateObject(CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount,`
    /// `CK_OBJECT_HANDLE_PTR phObject);`
    #[function(self.list().create_object)]
    #[check(ret == OK, text = name(ret))]
    fn create_object(
        &self,
        session: SessionHandle,
        template: &[Attribute],
        #[len_of(template)] count: u32,
        #[out] object: ObjectHandle,
    ) -> u32;

    /// `CK_RV C_DestroyObject(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject);`
    #[function(self.list().destroy_object)]
    #[check(ret == OK, text = name(ret))]
    fn destroy_object(&self, session: SessionHandle, #[closes] object: ObjectHandle) -> u32;

    /// `CK_RV C_GetAttributeValue(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE hObject, CK_ATTRIBUTE_PTR pTemplate,`
    /// `CK_ULONG ulCount);`
    ///
    /// An attribute whose value is null gets the length that it needs. One that the object lacks, or does not reveal, or that is
    /// longer than its memory, gets the length [`UNAVAILABLE_INFORMATION`]; the others are complete nevertheless.
    #[function(self.list().get_attribute_value)]
    #[check(
        matches!(ret, OK | ATTRIBUTE_SENSITIVE | ATTRIBUTE_TYPE_INVALID | BUFFER_TOO_SMALL),
        text = name(ret)
    )]
    fn get_attribute_value(
        &self,
        session: SessionHandle,
        object: ObjectHandle,
        template: &mut [Attribute],
        #[len_of(template)] count: u32,
    ) -> u32;

    /// The values of attributes, `None` for those that are unavailable: asks for the lengths, and then for the values. A method with
    /// a body runs in the server, so that both calls take one round trip.
    fn values(&self, session: SessionHandle, object: ObjectHandle, kinds: &[u32]) -> Vec<Option<Vec<u8>>> {
        let mut template: Vec<_> = kinds.iter().map(|kind| Attribute::null(*kind)).collect();
        self.get_attribute_value(session, object, &mut template);
        for attribute in &mut template {
            attribute.value = attribute.needed().map(|length| vec![0; length]);
        }
        self.get_attribute_value(session, object, &mut template);
        template.into_iter().map(Attribute::available).collect()
    }

    /// `CK_RV C_FindObjectsInit(CK_SESSION_HANDLE hSession, CK_ATTRIBUTE_PTR pTemplate, CK_ULONG ulCount);`
    #[function(self.list().find_objects_init)]
    #[check(ret == OK, text = name(ret))]
    fn find_objects_init(&self, session: SessionHandle, template: &[Attribute], #[len_of(template)] count: u32) -> u32;

    /// `CK_RV C_FindObjects(CK_SESSION_HANDLE hSession, CK_OBJECT_HANDLE_PTR phObject, CK_ULONG ulMaxObjectCount,`
    /// `CK_ULONG_PTR pulObjectCount);`
    #[function(self.list().find_objects)]
    #[check(ret == OK, text = name(ret))]
    fn find_objects(
        &self,
        session: SessionHandle,
        #[out(cap = max_count, len = count)] objects: Vec<ObjectHandle>,
        max_count: u32,
        #[out] count: u32,
    ) -> u32;

    /// `CK_RV C_FindObjectsFinal(CK_SESSION_HANDLE hSession);`
    #[function(self.list().find_objects_final)]
    #[check(ret == OK, text = name(ret))]
    fn find_objects_final(&self, session: SessionHandle) -> u32;

    /// `CK_RV C_EncryptInit(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey);`
    #[function(self.list().encrypt_init)]
    #[check(ret == OK, text = name(ret))]
    fn encrypt_init(&self, session: SessionHandle, mechanism: &Mechanism, key: ObjectHandle) -> u32;

    /// `CK_RV C_Encrypt(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen, CK_BYTE_PTR pEncryptedData,`
    /// `CK_ULONG_PTR pulEncryptedDataLen);`
    #[function(self.list().encrypt)]
    #[check(ret == OK, text = name(ret))]
    fn encrypt(
        &self,
        session: SessionHandle,
        data: &[u8],
        #[len_of(data)] data_len: u32,
        #[out(cap = data.len() + 16)] encrypted: Vec<u8>,
        #[len_of(encrypted)] encrypted_len: &mut u32,
    ) -> u32;

    /// `CK_RV C_DecryptInit(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism, CK_OBJECT_HANDLE hKey);`
    #[function(self.list().decrypt_init)]
    #[check(ret == OK, text = name(ret))]
    fn decrypt_init(&self, session: SessionHandle, mechanism: &Mechanism, key: ObjectHandle) -> u32;

    /// `CK_RV C_Decrypt(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pEncryptedData, CK_ULONG ulEncryptedDataLen, CK_BYTE_PTR pData,`
    /// `CK_ULONG_PTR pulDataLen);`
    #[function(self.list().decrypt)]
    #[check(ret == OK, text = name(ret))]
    fn decrypt(
        &self,
        session: SessionHandle,
        encrypted: &[u8],
        #[len_of(encrypted)] encrypted_len: u32,
        #[out(cap = encrypted.len())] data: Vec<u8>,
        #[len_of(data)] data_len: &mut u32,
    ) -> u32;

    /// `CK_RV C_DigestInit(CK_SESSION_HANDLE hSession, CK_MECHANISM_PTR pMechanism);`
    #[function(self.list().digest_init)]
    #[check(ret == OK, text = name(ret))]
    fn digest_init(&self, session: SessionHandle, mechanism: &Mechanism) -> u32;

    /// `CK_RV C_Digest(CK_SESSION_HANDLE hSession, CK_BYTE_PTR pData, CK_ULONG ulDataLen, CK_BYTE_PTR pDigest,`
    /// `CK_ULONG_PTR pulDigestLen);`
    #[function(self.list().digest)]
    #[check(ret == OK, text = name(ret))]
    fn digest(
        &self,
        session: SessionHandle,
        data: &[u8],
        #[len_of(data)] data_len: u32,
        #[out(cap = 64)] digest: Vec<u8>,
        #[len_of(digest)] digest_len: &mut u32,
    ) -> u32;
}

/// The tag of `CK_SESSION_HANDLE`.
#[derive(Debug)]
pub enum Session {}

/// `CK_SESSION_HANDLE`, which is a number.
pub type SessionHandle = Handle<Session, ULong>;

/// The tag of `CK_OBJECT_HANDLE`.
#[derive(Debug)]
pub enum Object {}

/// `CK_OBJECT_HANDLE`, which is a number.
pub type ObjectHandle = Handle<Object, ULong>;

/// `CK_SLOT_ID`.
pub type SlotId = u32;
