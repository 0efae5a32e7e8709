// The journal's reading side of libsystemd, opened at run time: hosts without it run everything else.
// The signatures are those of sd-journal(3), which has kept them since systemd 209.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct sd_journal sd_journal;

typedef struct {
  int (*open)(sd_journal **journal, int flags);
  int (*open_directory)(sd_journal **journal, const char *path, int flags);
  void (*close)(sd_journal *journal);
  int (*set_data_threshold)(sd_journal *journal, size_t size);
  int (*add_match)(sd_journal *journal, const void *data, size_t size);
  int (*add_disjunction)(sd_journal *journal);
  int (*seek_head)(sd_journal *journal);
  int (*seek_realtime_usec)(sd_journal *journal, uint64_t microseconds);
  int (*seek_cursor)(sd_journal *journal, const char *cursor);
  int (*test_cursor)(sd_journal *journal, const char *cursor);
  int (*get_cursor)(sd_journal *journal, char **cursor);
  int (*next)(sd_journal *journal);
  int (*get_realtime_usec)(sd_journal *journal, uint64_t *microseconds);
  void (*restart_data)(sd_journal *journal);
  /// sd_journal_enumerate_available_data, which passes over what cannot be read; before systemd 246
  /// sd_journal_enumerate_data.
  int (*enumerate_data)(sd_journal *journal, const void **data, size_t *length);
  int (*get_fd)(sd_journal *journal);
  int (*get_events)(sd_journal *journal);
  int (*get_timeout)(sd_journal *journal, uint64_t *microseconds);
  int (*process)(sd_journal *journal);
} csystemd_journal;

/// Opens the library and fills in its functions. Without it: false, and why, ended by NUL.
_Bool csystemd_load(const char *file, csystemd_journal *functions, char *why, size_t size);

/// From here on, a page of a mapped file that the calling thread reads and the file has lost, since somebody cut it short,
/// reads as zeros instead of ending the process.
void csystemd_guard_thread(void);

/// Pages that the calling thread has read so.
unsigned csystemd_lost_pages(void);
