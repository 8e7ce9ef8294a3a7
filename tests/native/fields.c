// Structs whose fields are more than numbers: text, arrays, lengths.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "export.h"

// Text that the struct points to.
typedef struct { const wchar_t *title; const char *latin; const char *plain; const wchar_t *maybe; } Card;
EXPORT int32_t card_units(const Card *card) {
    int32_t sum = (int32_t)wcslen(card->title) + 10 * (int32_t)strlen(card->latin) + 100 * (int32_t)strlen(card->plain);
    return sum + 1000 * (card->maybe ? (int32_t)wcslen(card->maybe) : 9);
}
EXPORT Card some_card(int32_t with) {
    Card card = {L"S\u00e4ge", "\xc4pfel", "plain", with ? L"there" : NULL};
    return card;
}
EXPORT uint8_t latin_byte(const Card *card, int32_t i) { return (uint8_t)card->latin[i]; }
// Moves the text of the struct to its second character, or past its NUL.
EXPORT void skip_title(Card *card, int32_t by) { card->title += by; }

// Text in the struct itself.
typedef struct { uint8_t kind; char name[8]; wchar_t wide[4]; char lines[3][6]; } Badge;
EXPORT int32_t badge_size(void) { return (int32_t)sizeof(Badge); }
EXPORT int32_t badge_units(Badge badge) {
    int32_t sum = (int32_t)strlen(badge.name) + 10 * (int32_t)wcslen(badge.wide);
    for (int i = 0; i < 3; ++i) { sum += 100 * (int32_t)strlen(badge.lines[i]); }
    return sum;
}
EXPORT void turn_badge(Badge *badge) {
    size_t length = strlen(badge->name);
    for (size_t i = 0; i < length / 2; ++i) {
        char c = badge->name[i];
        badge->name[i] = badge->name[length - 1 - i];
        badge->name[length - 1 - i] = c;
    }
    badge->wide[0] = 0xfc;
    char first[6];
    memcpy(first, badge->lines[0], 6);
    memmove(badge->lines[0], badge->lines[1], 12);
    memcpy(badge->lines[2], first, 6);
}
// Leaves no NUL in any text.
EXPORT void fill_badge(Badge *badge) {
    memset(badge->name, 'n', sizeof badge->name);
    for (int i = 0; i < 4; ++i) { badge->wide[i] = 'w'; }
    memset(badge->lines, 'l', sizeof badge->lines);
    badge->name[0] = (char)0xe9;
}

// Arrays of arrays.
typedef struct { float m[3][4]; int16_t cube[2][3][2]; uint8_t rows[2][40]; } Matrices;
EXPORT void transpose_first(Matrices *all) {
    for (int i = 0; i < 3; ++i) {
        for (int k = 0; k < i; ++k) { float was = all->m[i][k]; all->m[i][k] = all->m[k][i]; all->m[k][i] = was; }
    }
    int16_t n = 0;
    for (int i = 0; i < 2; ++i) { for (int k = 0; k < 3; ++k) { for (int j = 0; j < 2; ++j) { all->cube[i][k][j] += ++n; } } }
    memcpy(all->rows[1], all->rows[0], 40);
}
typedef struct { int32_t n; const char (*names)[5]; } NameList;
EXPORT int32_t name_list_units(const NameList *list) {
    int32_t sum = 0;
    for (int32_t i = 0; i < list->n; ++i) { sum = 10 * sum + (int32_t)strlen(list->names[i]); }
    return sum;
}

// Lengths.
typedef struct { uint16_t n; const float *x; const float *y; const float *weights; } Series;
EXPORT float series_sum(const Series *s) {
    float sum = 0;
    for (int i = 0; i < s->n; ++i) { sum += s->x[i] * s->y[i] * (s->weights ? s->weights[i] : 1); }
    return sum;
}
typedef struct { uint8_t *data; int32_t width, height; } Image;
EXPORT int32_t invert_image(Image *image) {
    int32_t n = image->width * image->height;
    for (int32_t i = 0; i < n; ++i) { image->data[i] = (uint8_t)~image->data[i]; }
    return n;
}
EXPORT void resize_image(Image *image, int32_t width, int32_t height) { image->width = width; image->height = height; }
static uint8_t pixels[6] = {1, 2, 3, 4, 5, 6};
EXPORT void own_image(Image *image) { image->data = pixels; image->width = 3; image->height = 2; }
typedef struct { uint32_t cb_size; uint16_t version; void *only_in_32; double value; } Sized;
EXPORT int32_t sized_is_right(const Sized *s) { return s->cb_size == sizeof *s && s->version == 3; }
EXPORT void shrink_sized(Sized *s) { s->cb_size = 4; s->version = 1; s->value *= 2; }

// Bit fields.
typedef struct { uint32_t kind; uint32_t low : 3, middle : 12, high : 17; } Bits;
EXPORT Bits make_bits(uint32_t low, uint32_t middle, uint32_t high) {
    Bits bits = {7, 0, 0, 0};
    bits.low = low; bits.middle = middle; bits.high = high;
    return bits;
}
EXPORT uint32_t middle_bits(const Bits *bits) { return bits->middle; }

// Unions.
typedef union { uint32_t raw; float f; uint8_t bytes[4]; uint16_t low; } Number;
typedef union { double d; int64_t i; uint8_t bytes[8]; uint8_t truth; int32_t color; } Wide64;
typedef union { uint8_t bytes[20]; double d; } Large20;
typedef struct { uint8_t kind; Wide64 value; Number small; } Variant;
EXPORT uint32_t number_bits(Number number) { return number.raw; }
EXPORT Number number_of(float f) { Number number; number.f = f; return number; }
EXPORT void negate_number(Number *number) { number->f = -number->f; }
EXPORT Wide64 wide_of(int64_t i) { Wide64 wide; wide.i = i; return wide; }
EXPORT double wide_double(const Wide64 *wide) { return wide->d; }
EXPORT Large20 large_of(uint8_t first, double d) {
    Large20 large;
    memset(&large, 0, sizeof large);
    large.d = d;
    for (int i = 8; i < 20; ++i) { large.bytes[i] = (uint8_t)(first + i); }
    return large;
}
EXPORT int32_t variant_size(void) { return (int32_t)sizeof(Variant); }
EXPORT Variant next_variant(Variant variant) {
    if (variant.kind == 1) { variant.value.d *= 2; } else { variant.value.i += 1; }
    variant.small.bytes[3] = variant.kind;
    return variant;
}
EXPORT float number_sum(const Number *all, int32_t n) {
    float sum = 0;
    for (int32_t i = 0; i < n; ++i) { sum += all[i].f; }
    return sum;
}
EXPORT float call_number(Number (*f)(Number), float value) { return f(number_of(value)).f; }

// Packed structs. On Windows `double` is aligned to 8 bytes otherwise, on Linux to 4.
#pragma pack(push, 1)
typedef struct { uint8_t kind; char name[6]; double value; Number number; const wchar_t *title; int16_t marks[2]; } Packet;
#pragma pack(pop)
#pragma pack(push, 2)
typedef struct { uint8_t kind; double value; uint8_t n; const int32_t *all; uint8_t last; } Halves;
#pragma pack(pop)
EXPORT int32_t packet_size(void) { return (int32_t)sizeof(Packet); }
EXPORT int32_t halves_size(void) { return (int32_t)sizeof(Halves); }
EXPORT double packet_sum(const Packet *packets, int32_t n) {
    double sum = 0;
    for (int32_t i = 0; i < n; ++i) {
        sum += packets[i].value + packets[i].number.f + packets[i].marks[0] - packets[i].marks[1];
        sum += 1000 * (double)(strlen(packets[i].name) + wcslen(packets[i].title));
    }
    return sum;
}
EXPORT void next_packet(Packet *packet) {
    ++packet->kind;
    packet->name[0] = 'N';
    packet->value *= 2;
    packet->number.raw = 7;
    packet->marks[1] = -packet->marks[0];
}
EXPORT Halves make_halves(const Halves *from) {
    Halves result = *from;
    for (int i = 0; i < from->n; ++i) { result.value += from->all[i]; }
    ++result.last;
    return result;
}
