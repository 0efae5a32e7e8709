#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>

int clinux_open(const char *path, int flags, unsigned mode) { return open(path, flags, mode); }

int clinux_errno(void) { return errno; }

void clinux_strerror(int code, char *buffer, size_t size) {
  const char *text = strerrordesc_np(code);
  strncpy(buffer, text ? text : "unknown error", size - 1);
  buffer[size - 1] = 0;
}

void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
