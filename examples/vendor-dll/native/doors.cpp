// A door controller without doors.
#include "doors.h"

#include <cstring>
#include <cwctype>
#include <string>
#include <vector>

namespace {

struct Door {
    const wchar_t *name;
    long count;
    std::wstring last_holder;
};

struct Handler {
    long events;
    EVENT_HANDLER function;
    void *user;
};

Door doors[] = {{L"Entrance", 0, L""}, {L"Caf\u00e9", 0, L""}};
std::vector<CARD> cards;
std::vector<Handler> handlers;
HOOKS hooks;

Door *find_door(short door) {
    return door >= 1 && door <= 2 ? &doors[door - 1] : nullptr;
}

const CARD *find_card(DWORD number) {
    for (const CARD &card : cards) {
        if (card.id.number == number) {
            return &card;
        }
    }
    return nullptr;
}

std::wstring wide(const char *text) {
    wchar_t buffer[32] = L"";
    MultiByteToWideChar(CP_ACP, 0, text, -1, buffer, 32);
    return buffer;
}

VARIANT_BOOL fail(DWORD error) {
    SetLastError(error);
    return VARIANT_FALSE;
}

void log(const std::wstring &line) {
    if (hooks.log) {
        BSTR text = SysAllocString(line.c_str());
        hooks.log(text);
        SysFreeString(text);
    }
}

void raise(long event, short door) {
    for (const Handler &handler : std::vector<Handler>(handlers)) {
        if (handler.events & event) {
            handler.function(event, door, handler.user);
        }
    }
}

class Reader final : public IReader {
    long references = 1;
    Door *door;

public:
    explicit Reader(Door *of) : door(of) {}

    HRESULT __stdcall QueryInterface(const GUID &, void **object) override {
        *object = nullptr;
        return E_NOINTERFACE;
    }

    ULONG __stdcall AddRef() override { return ++references; }

    ULONG __stdcall Release() override {
        long left = --references;
        if (left == 0) {
            delete this;
        }
        return left;
    }

    HRESULT __stdcall get_Count(long *count) override {
        *count = door->count;
        return S_OK;
    }

    HRESULT __stdcall get_LastHolder(BSTR *holder) override {
        *holder = door->count ? SysAllocString(door->last_holder.c_str()) : nullptr;
        return door->count ? S_OK : S_FALSE;
    }
};

} // namespace

// Not in the .def file, so its name is decorated.
__declspec(dllexport) long __stdcall DoorsVersion(void) {
    return 104;
}

BSTR __stdcall DoorsName(short door) {
    const Door *found = find_door(door);
    return found ? SysAllocString(found->name) : nullptr;
}

VARIANT_BOOL __stdcall DoorsFormatCode(BSTR *code) {
    std::wstring digits, formatted;
    // A BSTR knows its length; NULL is empty.
    for (UINT i = 0; i < SysStringLen(*code); ++i) {
        wchar_t c = std::towupper((*code)[i]);
        if ((c >= L'0' && c <= L'9') || (c >= L'A' && c <= L'Z')) {
            digits += c;
        } else if (c != L' ' && c != L'-') {
            return VARIANT_FALSE;
        }
    }
    for (size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && i % 4 == 0) {
            formatted += L'-';
        }
        formatted += digits[i];
    }
    // Frees the old one.
    return SysReAllocString(code, formatted.c_str()) ? VARIANT_TRUE : VARIANT_FALSE;
}

VARIANT_BOOL __stdcall DoorsAddCard(const CARD *card) {
    if (card->kind != CARD_NUMBER && card->kind != CARD_SITE) {
        return fail(ERROR_INVALID_PARAMETER);
    }
    if (find_card(card->id.number)) {
        return fail(ERROR_ALREADY_EXISTS);
    }
    cards.push_back(*card);
    return VARIANT_TRUE;
}

VARIANT_BOOL __stdcall DoorsFindCard(DWORD number, CARD *card) {
    const CARD *found = find_card(number);
    if (!found) {
        return fail(ERROR_NOT_FOUND);
    }
    *card = *found;
    return VARIANT_TRUE;
}

VARIANT_BOOL __stdcall DoorsSetHooks(const HOOKS *new_hooks) {
    if (new_hooks && new_hooks->cbSize != sizeof(HOOKS)) {
        return fail(ERROR_INVALID_PARAMETER);
    }
    hooks = new_hooks ? *new_hooks : HOOKS();
    return VARIANT_TRUE;
}

long __stdcall DoorsInstall(long events, EVENT_HANDLER handler, void *user) {
    handlers.push_back(Handler{events, handler, user});
    return static_cast<long>(handlers.size());
}

long __stdcall DoorsUninstall(EVENT_HANDLER handler, void *user) {
    for (size_t i = 0; i < handlers.size(); ++i) {
        if (handlers[i].function == handler && handlers[i].user == user) {
            handlers.erase(handlers.begin() + i);
            return static_cast<long>(handlers.size());
        }
    }
    return -1;
}

long __stdcall DoorsPresent(short door, DWORD number) {
    Door *opened = find_door(door);
    if (!opened) {
        return DOORS_NO_DOOR;
    }
    const CARD *found = find_card(number);
    const CARD card = found ? *found : CARD();
    bool is_allowed = card.active && !(hooks.allow && !hooks.allow(door, &card));
    if (!is_allowed) {
        log(std::wstring(opened->name) + L": refused");
        raise(EVENT_REFUSED, door);
        return found ? DOORS_REFUSED : DOORS_UNKNOWN_CARD;
    }
    ++opened->count;
    opened->last_holder = wide(card.holder);
    log(std::wstring(opened->name) + L": opened for " + opened->last_holder);
    raise(EVENT_OPENED, door);
    return DOORS_OK;
}

BSTR __stdcall DoorsErrorText(long code) {
    switch (code) {
    case DOORS_NO_DOOR:
        return SysAllocString(L"there is no such door");
    case DOORS_UNKNOWN_CARD:
        return SysAllocString(L"the card is unknown");
    case DOORS_REFUSED:
        return SysAllocString(L"the card does not open this door");
    default:
        return nullptr;
    }
}

HRESULT __stdcall DoorsGetReader(short door, IReader **reader) {
    Door *found = find_door(door);
    *reader = found ? new Reader(found) : nullptr;
    return found ? S_OK : E_INVALIDARG;
}
