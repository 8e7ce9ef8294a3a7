/* doors.h: the interface of a door controller, as vendors write it for Delphi and Visual Basic. */
#ifndef DOORS_H
#define DOORS_H

#include <windows.h>
#include <oleauto.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Codes of DoorsPresent; DoorsErrorText describes them. */
#define DOORS_OK             0
#define DOORS_NO_DOOR       -1
#define DOORS_UNKNOWN_CARD  -2
#define DOORS_REFUSED       -3

#define CARD_NUMBER 1
#define CARD_SITE   2

#pragma pack(push, 1)        /* Delphi: packed record */
typedef struct {
    BYTE kind;               /* CARD_NUMBER or CARD_SITE: which member of id is used */
    union {
        DWORD number;
        WORD site[2];        /* a site, and a number there */
    } id;
    char holder[32];         /* in the ANSI code page */
    WCHAR title[32];
    VARIANT_BOOL active;
} CARD;                      /* 103 bytes */
#pragma pack(pop)

/* Bits of the events that a handler is installed for. */
#define EVENT_OPENED  1
#define EVENT_REFUSED 2

typedef void (__stdcall *EVENT_HANDLER)(long event, short door, void *user);

typedef struct {
    DWORD cbSize;
    VARIANT_BOOL (__stdcall *allow)(short door, const CARD *card);   /* may be NULL */
    void (__stdcall *log)(BSTR line);                                /* may be NULL */
} HOOKS;

long __stdcall DoorsVersion(void);

/* Returns a door's name, or NULL. The caller frees it with SysFreeString. */
BSTR __stdcall DoorsName(short door);

/* Changes a code to capital letters and digits in groups of four. VARIANT_FALSE if it has other characters. */
VARIANT_BOOL __stdcall DoorsFormatCode(BSTR *code);

/* VARIANT_FALSE if they fail; GetLastError says why. */
VARIANT_BOOL __stdcall DoorsAddCard(const CARD *card);
VARIANT_BOOL __stdcall DoorsFindCard(DWORD number, CARD *card);
VARIANT_BOOL __stdcall DoorsSetHooks(const HOOKS *hooks);            /* NULL removes the hooks */

/* Return the number of installed handlers, or -1 if there is none with this function and this pointer. */
long __stdcall DoorsInstall(long events, EVENT_HANDLER handler, void *user);
long __stdcall DoorsUninstall(EVENT_HANDLER handler, void *user);

/* Opens a door for a card. */
long __stdcall DoorsPresent(short door, DWORD number);
BSTR __stdcall DoorsErrorText(long code);

#ifdef __cplusplus
}

/* The card reader of a door. */
struct IReader {
    virtual HRESULT __stdcall QueryInterface(const GUID &id, void **object) = 0;
    virtual ULONG __stdcall AddRef() = 0;
    virtual ULONG __stdcall Release() = 0;
    virtual HRESULT __stdcall get_Count(long *count) = 0;
    virtual HRESULT __stdcall get_LastHolder(BSTR *holder) = 0;
};

extern "C" HRESULT __stdcall DoorsGetReader(short door, IReader **reader);
#endif

#endif
