// The limit of reading a journal: libsystemd goes through all entries of a folder and their fields until the message, the unit
// and the priority were seen, and copies the message. Prints entries, bytes of messages and CPU seconds.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct sd_journal sd_journal;

static void *function(const char *name) {
  static void *library;
  if (!library) library = dlopen("libsystemd.so.0", RTLD_NOW);
  void *symbol = library ? dlsym(library, name) : NULL;
  if (!symbol) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  return symbol;
}

int main(int count, char **arguments) {
  if (count != 2) return fprintf(stderr, "usage: journal_limit FOLDER\n"), 2;
  int (*open)(sd_journal **, const char *, int) = function("sd_journal_open_directory");
  int (*next)(sd_journal *) = function("sd_journal_next");
  int (*realtime)(sd_journal *, uint64_t *) = function("sd_journal_get_realtime_usec");
  void (*restart)(sd_journal *) = function("sd_journal_restart_data");
  int (*field)(sd_journal *, const void **, size_t *) = function("sd_journal_enumerate_available_data");
  int (*threshold)(sd_journal *, size_t) = function("sd_journal_set_data_threshold");
  static const char *wanted[] = {"MESSAGE=", "_SYSTEMD_UNIT=", "PRIORITY="};
  static char copy[1 << 20];
  sd_journal *journal;
  if (open(&journal, arguments[1], 0) < 0) return 1;
  threshold(journal, 0);
  unsigned long entries = 0, bytes = 0;
  while (next(journal) > 0) {
    uint64_t time;
    const void *data;
    size_t length;
    realtime(journal, &time);
    restart(journal);
    for (int found = 0; found < 3 && field(journal, &data, &length) > 0;) {
      for (int i = 0; i < 3; i++) {
        size_t name = strlen(wanted[i]);
        if (length < name || memcmp(data, wanted[i], name) != 0) continue;
        found++;
        if (i > 0) continue;
        memcpy(copy, (const char *)data + name, length - name < sizeof copy ? length - name : sizeof copy);
        bytes += length - name;
      }
    }
    entries++;
  }
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  printf("%lu %lu %.3f\n", entries, bytes,
         used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
}
