/* A library with exports of all kinds; odd.def has their names. */
int level = 3;
int plain(int a) { return a; }
int of_number(void) { return 7; }
int __stdcall of_stdcall(int a, int b) { return a + b; }
int __fastcall of_fastcall(int a, int b) { return a - b; }
int of_cpp(int a) { return a; }
