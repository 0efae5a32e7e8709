#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/capability.h>
#include <malloc.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

int clinux_open(const char *path, int flags, unsigned mode) { return open(path, flags, mode); }

int clinux_errno(void) { return errno; }

unsigned clinux_file_system(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (unsigned)status.f_type : 0;
}

void clinux_strerror(int code, char *buffer, size_t size) {
  const char *text = strerrordesc_np(code);
  strncpy(buffer, text ? text : "unknown error", size - 1);
  buffer[size - 1] = 0;
}

void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

void clinux_raise_permitted_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
  if (syscall(SYS_capget, &header, data) != 0) return;
  int missing = 0;
  for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
    missing |= data[i].effective != data[i].permitted;
    data[i].effective = data[i].permitted;
  }
  if (missing) syscall(SYS_capset, &header, data);
}

static int release_program(struct dl_phdr_info *info, size_t size, void *unused) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
    // What may be written to holds relocated addresses and is not to be had from the file again.
    if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
    uintptr_t start = (info->dlpi_addr + segment->p_vaddr) & ~(page - 1);
    uintptr_t end = (info->dlpi_addr + segment->p_vaddr + segment->p_filesz) & ~(page - 1);
    if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
  }
  // The first object is the program itself; libraries are shared with others.
  return 1;
}

void clinux_release_program(void) { dl_iterate_phdr(release_program, 0); }

// glibc keeps ever larger blocks unless it is told a size.
void clinux_return_large_blocks(void) { mallopt(M_MMAP_THRESHOLD, 128 * 1024); }

void clinux_trim_heap(void) { malloc_trim(0); }

int clinux_processors(void) {
  cpu_set_t allowed;
  // The set is too small where the machine has over 1024.
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return (int)sysconf(_SC_NPROCESSORS_ONLN);
  return CPU_COUNT(&allowed);
}
