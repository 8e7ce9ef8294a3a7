/* Opens, compares, passes and closes handles; see vocabulary.c. */

#include <stdio.h>
#include <string.h>

#include "devices.h"

int main(void) {
    void *first = open_device("first"), *second, *several[3], *pair_of[2], *into = NULL, *channel, *file, *stream;
    DevicePair pair;
    int i;

    printf("open_device %d, none %d\n", first != NULL, open_device("") == NULL);
    i = open_into("second", &second);
    printf("open_into %d %d", i, second != NULL && second != first);
    into = first;
    i = open_into("", &into);
    printf(", failed %d %d\n", i, into == NULL);
    printf("find_device %d %d\n", find_device("first") == first, find_device("third") == NULL);
    printf("device_name %s, none %d\n", device_name(first), device_name(NULL) == NULL);
    pair_of[0] = first, pair_of[1] = second;
    printf("name_lengths %d", name_lengths(pair_of, 2));
    pair_of[1] = NULL;
    printf(" %d\n", name_lengths(pair_of, 2));
    pair.first = first, pair.weight = 7, pair.second = second;
    pair = swap_pair(pair);
    printf("swap_pair %d %d %d\n", pair.first == second, pair.weight, pair.second == first);

    lock_device(first, 1);
    printf("close_device, locked %d", close_device(first));
    lock_device(first, 0);
    printf(", unlocked %d", close_device(first));
    printf(", closed %d\n", close_device(first));
    into = open_device("again");
    printf("the same address %d\n", into == first);
    lock_device(into, 1);
    i = close_any_device(into, 0);
    printf("close_any_device %d %d %d\n", i, close_any_device(into, 1), close_any_device(NULL, 0));
    into = second;
    lock_device(into, 1);
    i = free_device(&into, 0);
    printf("free_device %d %d", i, into == second);
    i = free_device(&into, 1);
    printf(", forced %d %d\n", i, into == NULL);
    open_several(several, 3);
    printf("open_several %s %d\n", device_name(several[2]), several[0] != several[1]);
    into = reopen_device(several[1], "reopened");
    printf("reopen_device %d %s\n", into == several[1], device_name(into));

    channel = open_channel(into, 12);
    printf("open_channel %d", channel_number(channel));
    close_channel(channel);
    printf(", port %d", port_is_default(default_port()));
    file = open_file();
    close_file(file);
    delete_file(open_file());
    stream = open_stream();
    close_stream(&stream);
    printf(", sum_at %g", sum_at(NULL, 0));
    printf(", stream %d, seen %d\n", stream == NULL, calls_seen());
    return 0;
}
