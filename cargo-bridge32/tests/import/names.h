/* A header with names that Rust's prelude has, and names that become the same in Rust. */

typedef struct Sized {
    int cbSize;
    double nValue, dValue;
} Sized;

typedef struct Option {
    Sized sized;
    char String[16];
} Option;

typedef struct Vec {
    int Len, len;
} Vec;

typedef struct String String;
typedef enum { Box_None = 3, BoxNone = 5, Box_Some = 7 } Box;
typedef struct Clone { Vec vec; } Clone;
typedef struct Send { int x; } Send;
typedef struct Result { int x; } Result;
typedef union Copy { int whole; float Whole; } Copy;
struct dev_info { int a; };
struct DEV_INFO { int b; };

String *dev_string(const Option *option);
int dev_length(String *string);
Box dev_box(const Vec *vec, Box box, Clone *clone);
Result dev_send(Send send, Copy copy);
int dev_infos(const struct dev_info *one, const struct DEV_INFO *other);
