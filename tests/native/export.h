#ifndef EXPORT_H
#define EXPORT_H

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

// Calling conventions of 32-bit x86.
#if defined(_MSC_VER) && defined(_M_IX86)
#define STDCALL __stdcall
#define FASTCALL __fastcall
#elif defined(__i386__)
#define STDCALL __attribute__((stdcall))
#define FASTCALL __attribute__((fastcall))
#else
#define STDCALL
#define FASTCALL
#endif

#endif
