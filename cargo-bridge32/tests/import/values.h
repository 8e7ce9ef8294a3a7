/* A header whose integers have macros as their values. */

typedef unsigned long GAUGE_STATUS;

#define GAUGE_OK 0
#define GAUGE_NO_DEVICE 1 /* nothing is connected */
#define GAUGE_TIMEOUT 2
#define GAUGE_VENDOR 0x80000000UL

#define GAUGE_MODE_SLOW 0
#define GAUGE_MODE_FAST 1
#define GAUGE_MODE_BURST 7

/** Opens a file. */
#define GAUGE_OPEN_READ 0x01

/** Creates a file. */
#define GAUGE_OPEN_CREATE 0x02

/** Empties it. */
#define GAUGE_OPEN_TRUNCATE 0x04

typedef unsigned char gauge_unit_t;
#define GAUGE_UNIT_VOLT 1
#define GAUGE_UNIT_AMPERE 2

struct gauge_range {
    gauge_unit_t unit;
    unsigned char digits;
    short limit;
};

union gauge_word {
    gauge_unit_t unit;
    int value;
};

typedef gauge_unit_t (*gauge_choose)(gauge_unit_t unit, void *context);

GAUGE_STATUS gauge_reset(int mode);
GAUGE_STATUS gauge_mode(int *mode);
const char *gauge_strerror(GAUGE_STATUS status);
/** @param flags GAUGE_OPEN_READ, GAUGE_OPEN_CREATE or GAUGE_OPEN_TRUNCATE, combined */
GAUGE_STATUS gauge_record(const char *path, unsigned flags);
GAUGE_STATUS gauge_get_units(gauge_unit_t *units, int count);
GAUGE_STATUS gauge_set_range(const struct gauge_range *range);
gauge_unit_t gauge_unit(union gauge_word word);
void gauge_choose_unit(gauge_choose choose, void *context);
