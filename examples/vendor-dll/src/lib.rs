//! The interface of a door controller: `native/doors.h`, function by function.

use bridge32::{Address, Bool16, Bridge, Callback, Handle, UserData, bridge32};

/// The functions of `doors.dll`, which are all `__stdcall`, and three of `oleaut32.dll` for its text.
#[bridge32(lib = "doors.dll", abi = "stdcall")]
pub trait Doors {
    /// `long __stdcall DoorsVersion(void);`
    ///
    /// The library exports it as `_DoorsVersion@0`, or `DoorsVersion@0` if mingw has built it; the server finds both.
    #[symbol("DoorsVersion")]
    fn version(&self) -> i32;

    /// `BSTR __stdcall DoorsName(short door);`
    #[symbol("DoorsName")]
    #[wide]
    #[free_with("oleaut32.dll", "SysFreeString")]
    fn name(&self, door: i16) -> Option<String>;

    /// `VARIANT_BOOL __stdcall DoorsFormatCode(BSTR *code);`
    ///
    /// Frees the text and makes another one. [`format_code`](Doors::format_code) does what a caller needs.
    #[symbol("DoorsFormatCode")]
    fn format_bstr(&self, #[closes] code: &mut Handle<Bstr>) -> Bool16;

    /// Changes a code to capital letters and digits in groups of four. `None` if it has other characters.
    ///
    /// The method has a body, so it runs in the server, where the `BSTR` is: four native calls in one round trip.
    fn format_code(&self, code: &str) -> Option<String> {
        let mut bstr = self.sys_alloc_string(code);
        let is_valid = self.format_bstr(&mut bstr).0;
        let formatted = self.text_of(bstr);
        self.sys_free_string(bstr);
        is_valid.then_some(formatted)
    }

    /// `BSTR SysAllocString(const OLECHAR *text);`
    #[library("oleaut32.dll")]
    #[symbol("SysAllocString")]
    fn sys_alloc_string(&self, #[wide] text: &str) -> Handle<Bstr>;

    /// `void SysFreeString(BSTR text);`
    #[library("oleaut32.dll")]
    #[symbol("SysFreeString")]
    fn sys_free_string(&self, #[closes] text: Handle<Bstr>);

    /// The text of a `BSTR`: `SysAllocString` copies it, and the copy is read and freed.
    #[library("oleaut32.dll")]
    #[symbol("SysAllocString")]
    #[wide]
    #[free_with("SysFreeString")]
    fn text_of(&self, text: Handle<Bstr>) -> String;

    /// `VARIANT_BOOL __stdcall DoorsAddCard(const CARD *card);`
    #[symbol("DoorsAddCard")]
    #[check(ret.0)]
    #[last_error]
    fn add_card(&self, card: &Card) -> Bool16;

    /// `VARIANT_BOOL __stdcall DoorsFindCard(DWORD number, CARD *card);`
    #[symbol("DoorsFindCard")]
    #[check(ret.0)]
    #[last_error]
    fn find_card(&self, number: u32, #[out] card: Card) -> Bool16;

    /// `VARIANT_BOOL (__stdcall *allow)(short door, const CARD *card);`, in `HOOKS`
    #[callback]
    fn allow(door: i16, card: &Card) -> Bool16;

    /// `void (__stdcall *log)(BSTR line);`, in `HOOKS`
    #[callback]
    fn log(#[wide] line: &str);

    /// `VARIANT_BOOL __stdcall DoorsSetHooks(const HOOKS *hooks);`
    #[symbol("DoorsSetHooks")]
    #[check(ret.0)]
    #[last_error]
    fn set_hooks(&self, hooks: Option<&Hooks>) -> Bool16;

    /// `typedef void (__stdcall *EVENT_HANDLER)(long event, short door, void *user);`
    #[callback]
    fn event_handler(event: Event, door: i16, user: UserData);

    /// `long __stdcall DoorsInstall(long events, EVENT_HANDLER handler, void *user);`
    #[symbol("DoorsInstall")]
    fn install(&self, events: i32, handler: Address, user: Address) -> i32;

    /// `long __stdcall DoorsUninstall(EVENT_HANDLER handler, void *user);`
    ///
    /// It takes what [`install`](Doors::install) got.
    #[symbol("DoorsUninstall")]
    #[check(ret >= 0)]
    fn uninstall(&self, handler: Address, user: Address) -> i32;

    /// `long __stdcall DoorsPresent(short door, DWORD number);`
    #[symbol("DoorsPresent")]
    #[check(ret == 0, text = self.error_text(ret))]
    fn present(&self, door: i16, number: u32) -> i32;

    /// `BSTR __stdcall DoorsErrorText(long code);`
    #[symbol("DoorsErrorText")]
    #[wide]
    #[free_with("oleaut32.dll", "SysFreeString")]
    fn error_text(&self, code: i32) -> Option<String>;

    /// `HRESULT __stdcall DoorsGetReader(short door, IReader **reader);`
    #[symbol("DoorsGetReader")]
    #[check(ret >= 0)]
    fn reader(&self, door: i16, #[out] reader: Handle<Reader>) -> i32;

    /// `ULONG __stdcall IReader::AddRef();`
    #[vtable(1)]
    fn add_ref(&self, this: Handle<Reader>) -> u32;

    /// `ULONG __stdcall IReader::Release();`
    #[vtable(2)]
    fn release(&self, #[closes(ret == 0)] this: Handle<Reader>) -> u32;

    /// `HRESULT __stdcall IReader::get_Count(long *count);`
    #[vtable(3)]
    #[check(ret >= 0)]
    fn reader_count(&self, this: Handle<Reader>, #[out] count: i32) -> i32;

    /// `HRESULT __stdcall IReader::get_LastHolder(BSTR *holder);`
    #[vtable(4)]
    #[check(ret >= 0)]
    fn reader_last_holder(
        &self,
        this: Handle<Reader>,
        #[wide]
        #[out(pointer)]
        #[free_with("oleaut32.dll", "SysFreeString")]
        holder: Option<String>,
    ) -> i32;
}

/// A `BSTR`, Visual Basic's text.
#[derive(Debug)]
pub enum Bstr {}

/// An `IReader`, the card reader of a door.
#[derive(Debug)]
pub enum Reader {}

/// `CARD`: a packed record.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[bridge(pack = 1, size = 103)]
pub struct Card {
    /// Which field of `id` is used.
    pub kind: CardKind,
    /// The card's number.
    pub id: CardId,
    /// Who carries it.
    #[text(cap = 32)]
    #[encoding(ansi)]
    pub holder: String,
    /// The title of that person.
    #[text(cap = 32)]
    #[wide]
    pub title: String,
    /// Whether it opens doors.
    pub active: Bool16,
}

/// `CARD_NUMBER`, `CARD_SITE`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(u8)]
pub enum CardKind {
    /// The card has a number.
    Number = 1,
    /// The card has the number of a site, and a number there.
    Site = 2,
}

/// The union in `CARD`.
#[derive(Clone, Copy, Bridge)]
#[repr(C)]
pub union CardId {
    /// The number.
    pub number: u32,
    /// The site, and the number there.
    pub site: [u16; 2],
}

/// `HOOKS`: functions that the library asks and informs.
#[derive(Debug, Clone, Copy, Bridge)]
#[repr(C)]
pub struct Hooks {
    #[fixed(size_of)]
    cb_size: u32,
    allow: Address,
    log: Address,
}

impl Hooks {
    /// The hooks that run these closures, until they are dropped.
    pub fn new(allow: Option<&Callback>, log: Option<&Callback>) -> Self {
        let address = |hook: Option<&Callback>| hook.map_or(Address::NULL, Callback::address);
        Self { cb_size: 0, allow: address(allow), log: address(log) }
    }
}

/// `EVENT_…`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(i32)]
pub enum Event {
    /// A door was opened.
    Opened = 1,
    /// A door was not opened for a card.
    Refused = 2,
}
