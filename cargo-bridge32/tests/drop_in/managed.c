/* Calls every function of a drop-in library that stands for an assembly of .NET. */

#include <stdio.h>
#include <string.h>

#include "managed.h"

/* Prints the first line of why the last call has failed, if it has failed for another reason than the one before. */
static void why(void) {
    static char last[400];
    char text[400], *thrown, *end;
    bool is_new;
    bridge32_last_error(text, sizeof text);
    is_new = strcmp(text, last) != 0;
    strcpy(last, text);
    text[strcspn(text, "\n")] = 0;
    thrown = strstr(text, " threw System.");
    if (thrown != NULL) {
        /* Only the class: each version of the runtime has messages of its own. */
        thrown[strcspn(thrown, ":")] = 0;
    }
    /* A message may be empty. */
    for (end = text + strlen(text); end > text && strchr(": ", end[-1]) != NULL; *--end = 0) {
    }
    printf("  %s\n", is_new ? text : "no failure");
}

static const char *shown(const char *text) { return text == NULL ? "NULL" : text; }

static void scalars(void) {
    printf("bool %d %d\n", managed_bool(true), managed_bool(false));
    printf("8 bits %d %u\n", managed_i8(-128), managed_u8(255));
    printf("16 bits %d %u\n", managed_i16(-32768), managed_u16(65535));
    printf("32 bits %d %u\n", managed_i32(-2147483647 - 1), managed_u32(4294967295u));
    printf("64 bits %lld %llu\n", (long long)managed_i64(-9007199254740993LL), (unsigned long long)managed_u64(18446744073709551615ULL));
    printf("float %.9g, double %.17g\n", managed_f32(0.1f), managed_f64(0.1));
    printf("pow %g\n", managed_pow(2, 10));
}

static void enums(void) {
    int16_t low = 1;
    uint32_t sides = 0;
    printf("ranges %d %d\n", managed_other_range(10), managed_other_range_by_name(1));
    managed_toggle(&low, &sides);
    printf("opposite %u, toggled %d %u\n", managed_opposite(1), low, sides);
    printf("not a range: %d\n", managed_other_range_by_name(5));
    why();
}

static void texts(void) {
    const char *first = managed_string("Gr\xc3\xbc\xc3\x9f" "e"), *second = managed_string("\xf0\x9f\x98\x80");
    printf("text %s %s %d\n", first, second, managed_optional_string("")[0]);
    printf("null %s\n", shown(managed_optional_string(NULL)));
    why();
    printf("null for text: %s\n", shown(managed_string(NULL)));
    why();
    printf("null for text: %s\n", shown(managed_string_or_fault(NULL)));
    why();
    printf("half: %s\n", shown(managed_half_a_character()));
    why();
    printf("with NUL: %s\n", shown(managed_with_nul()));
    why();
    printf("not UTF-8: %s\n", shown(managed_string("\xff")));
    why();
}

#define REVERSED(function, type, format, cast, a, b, c)                                                                \
    do {                                                                                                               \
        const type in[3] = {a, b, c};                                                                                  \
        size_t count = 7;                                                                                              \
        const type *out = function(in, 3, &count);                                                                     \
        printf(#function " %d: " format " " format " " format "\n", (int)count, (cast)out[0], (cast)out[1],            \
               (cast)out[2]);                                                                                          \
    } while (0)

static void arrays(void) {
    static const char *const letters[] = {"x", "", "\xc3\xa4"};
    static const char *const holes_in[] = {"a", NULL};
    static double long_array[100000];
    double numbers[] = {1.5, -2};
    bool flags[] = {true, false, true};
    size_t count = 7, place;
    const char *const *words;
    const double *out;
    REVERSED(managed_bools, bool, "%d", int, true, false, false);
    REVERSED(managed_i8s, int8_t, "%d", int, -128, 0, 127);
    REVERSED(managed_u8s, uint8_t, "%u", unsigned, 0, 1, 255);
    REVERSED(managed_i16s, int16_t, "%d", int, -32768, 0, 32767);
    REVERSED(managed_u16s, uint16_t, "%u", unsigned, 0, 1, 65535);
    REVERSED(managed_i32s, int32_t, "%d", int, -1, 0, 2147483647);
    REVERSED(managed_u32s, uint32_t, "%u", unsigned, 0, 1, 4294967295u);
    REVERSED(managed_i64s, int64_t, "%lld", long long, -9007199254740993LL, 0, 1);
    REVERSED(managed_u64s, uint64_t, "%llu", unsigned long long, 0, 1, 18446744073709551615ULL);
    REVERSED(managed_f32s, float, "%g", double, 0.5f, 1, 2);
    REVERSED(managed_f64s, double, "%g", double, 0.5, 1, 2);
    words = managed_strings(letters, 3, &count);
    printf("strings %d: %s %s %s\n", (int)count, words[0], words[1], words[2]);
    words = managed_strings(holes_in, 2, &count);
    printf("a null in an array: '%s' '%s'\n", words[0], words[1]);
    managed_negate(numbers, 2);
    managed_not(flags, 3);
    printf("changed %g %g, %d %d %d\n", numbers[0], numbers[1], flags[0], flags[1], flags[2]);
    for (place = 0; place < 100000; ++place) {
        long_array[place] = (double)place;
    }
    managed_negate(long_array, 100000);
    out = managed_f64s(long_array, 100000, NULL);
    printf("long %g %g\n", long_array[99999], out[1]);
    out = managed_f64s(numbers, 0, &count);
    printf("empty %d %d\n", out != NULL, (int)count);
    why();
    count = 7;
    out = managed_optional_array(true, &count);
    printf("no array %d %d\n", out == NULL, (int)count);
    count = 7;
    out = managed_optional_array(false, &count);
    printf("an empty one %d %d\n", out != NULL, (int)count);
    why();
    count = 7;
    out = managed_no_array(true, &count);
    printf("no array where there must be one: %d %d\n", out == NULL, (int)count);
    why();
    words = managed_holes(&count);
    printf("holes %d\n", words == NULL);
    why();
    count = 7;
    out = managed_f64s(NULL, 3, &count);
    printf("null for an array: %d %d\n", out == NULL, (int)count);
    why();
    managed_negate(NULL, 3);
    why();
}

static void references(void) {
    int32_t a = 1, b = 2, quotient = 7;
    double exact = 7;
    bool divided;
    const char *const words[] = {"", "two"};
    const char *name = "first", *old = NULL, *text = NULL;
    const double *numbers, *powers = NULL, *none = &exact;
    size_t count = 7, none_count = 7;
    void *pet = NULL, *old_pet = &exact;
    managed_swap(&a, &b);
    printf("swapped %d %d\n", a, b);
    managed_swap(NULL, &b);
    printf("with null %d\n", b);
    divided = managed_divide(7, 2, &quotient, &exact);
    printf("divided %d: %d %g\n", divided, quotient, exact);
    divided = managed_divide(1, 0, &quotient, NULL);
    printf("divided %d: %d\n", divided, quotient);
    why();
    managed_powers(4, &powers, &count, &text, &none, &none_count);
    printf("%s %d: %g %g, none %d %d\n", text, (int)count, powers[0], powers[3], none == NULL, (int)none_count);
    managed_powers(4, NULL, NULL, NULL, NULL, NULL);
    why();
    managed_rename(&name, &old);
    printf("renamed %s %s\n", old, shown(name));
    managed_rename(&name, &old);
    printf("renamed %s %s\n", shown(old), name);
    managed_exchange(&pet, &old_pet);
    printf("exchanged %d %s\n", old_pet == NULL, managed_sound(pet));
    managed_exchange(&pet, &old_pet);
    printf("exchanged %s %d\n", managed_sound(old_pet), pet == NULL);
    numbers = managed_lengths(words, 2, 1, &count);
    printf("lengths %d: %g %g\n", (int)count, numbers[0], numbers[1]);
    numbers = managed_lengths(NULL, 2, 1, &count);
    printf("no lengths %d %d\n", numbers == NULL, (int)count);
    why();
}

static void overloads(void) {
    void *animal = managed_make("dog");
    printf("%s %s %s %s %s\n", managed_kind_of_range(1), managed_kind_of_unsigned(1), managed_kind_of_int(1), managed_kind_of_long(1), managed_kind_of_text(""));
    printf("%s\n", managed_kind_of_animal(animal));
}

static void objects(void) {
    void *pet = managed_dog(), *other = managed_dog(), *itself = managed_same(pet), *place = managed_span(), *made = managed_make("dog");
    void *second = managed_span_of(1, 4), *plus_seven = managed_demanding(7);
    printf("objects %d %d %d\n", pet != NULL, pet != other, pet != itself);
    printf("the same %d %d %d\n", managed_is_same(made, managed_same(made)), managed_is_same(made, pet),
           managed_is_same(made, NULL));
    printf("no cat %d\n", managed_make("cat") == NULL);
    why();
    printf("no cat %d\n", managed_make_or_fault("cat") == NULL);
    why();
    managed_set_age(pet, 3);
    printf("%s %s, ages %d %d %d\n", managed_sound(pet), managed_sound_of_dog(other), managed_age(pet), managed_age(itself), managed_age(other));
    printf("made %s\n", managed_sound(made));
    managed_set_end(place, 2);
    managed_shift(place, 1);
    printf("span %g %g %g\n", managed_start(place), managed_length(place), managed_sum_of_ends(second));
    printf("demanding %d\n", managed_plus(plus_seven, 5));
    managed_release_dog(other);
    why();
    printf("released %d\n", managed_age(other));
    why();
    managed_release_dog(other);
    why();
    managed_release_dog(NULL);
    why();
    printf("null %s\n", shown(managed_sound(NULL)));
    why();
    printf("of another class %s\n", shown(managed_sound(plus_seven)));
    why();
    printf("not an object %d\n", managed_age(&pet));
    why();
}

static void fields(void) {
    void *object = managed_members(), *pet = managed_dog();
    size_t count = 7;
    const double three[] = {1, 2, 3}, *all;
    managed_set_number_of(object, 12);
    managed_set_own_number(13);
    printf("numbers %d %d\n", managed_number_of(object), managed_own_number());
    printf("text %s\n", shown(managed_text_of(object)));
    managed_set_text_of(object, "new");
    printf("text %s\n", managed_text_of(object));
    managed_set_text_of(object, NULL);
    printf("text %s\n", shown(managed_text_of(object)));
    printf("no pet %d\n", managed_pet_of(object) == NULL);
    managed_set_pet_of(object, pet);
    printf("pet %s\n", managed_sound(managed_pet_of(object)));
    managed_set_pet_of(object, NULL);
    printf("no pet %d\n", managed_pet_of(object) == NULL);
    managed_set_values(three, 3);
    all = managed_values(&count);
    printf("values %d %g\n", (int)count, all[2]);
    managed_set_range(10);
    managed_set_title("another");
    printf("range %d, title %s, limit %d, serial %d\n", managed_range(), managed_title(), managed_limit(), (int)managed_serial());
    why();
}

static void failures(void) {
    char text[9];
    size_t whole;
    void *pet = managed_dog();
    managed_throw("told");
    why();
    whole = bridge32_last_error(text, 9);
    printf("cut %s %d\n", text, whole > 9);
    managed_throw_unspeakable();
    why();
    managed_throw_wordless();
    why();
    printf("ready %d\n", managed_is_ready());
    why();
    printf("dereferenced %d %d\n", managed_dereference("four"), managed_dereference(NULL));
    why();
    printf("not there %d\n", managed_not_there(1));
    why();
    printf("bound %d\n", managed_is_bound_for_older_versions());
    managed_collect();
    managed_print("printed by the server");
    printf("one thread %d\n", managed_thread_id() == managed_thread_id());
    bridge32_end();
    printf("of the last server %d\n", managed_age(pet));
    why();
    printf("crashed %d\n", managed_crash());
    why();
    managed_exit(3);
    why();
    printf("then %d\n", managed_i32(4));
}

/* With an argument, there is no .NET. */
int main(int argc, char **argv) {
    scalars();
    if (argc > 1) {
        printf("%s\n", argv[1]);
        why();
        return 0;
    }
    enums();
    texts();
    arrays();
    references();
    overloads();
    objects();
    fields();
    failures();
    return 0;
}
