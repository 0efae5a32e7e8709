#define _GNU_SOURCE
#include "CSystemd.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void tell(char *why, size_t size, const char *text) {
  strncpy(why, text ? text : "it cannot be opened", size - 1);
  why[size - 1] = 0;
}

_Bool csystemd_load(const char *file, csystemd_journal *functions, char *why, size_t size) {
  void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    tell(why, size, dlerror());
    return 0;
  }
  const struct {
    const char *name;
    void *place;
  } wanted[] = {
      {"sd_journal_open", &functions->open},
      {"sd_journal_open_directory", &functions->open_directory},
      {"sd_journal_close", &functions->close},
      {"sd_journal_set_data_threshold", &functions->set_data_threshold},
      {"sd_journal_add_match", &functions->add_match},
      {"sd_journal_add_disjunction", &functions->add_disjunction},
      {"sd_journal_seek_head", &functions->seek_head},
      {"sd_journal_seek_realtime_usec", &functions->seek_realtime_usec},
      {"sd_journal_seek_cursor", &functions->seek_cursor},
      {"sd_journal_test_cursor", &functions->test_cursor},
      {"sd_journal_get_cursor", &functions->get_cursor},
      {"sd_journal_next", &functions->next},
      {"sd_journal_get_realtime_usec", &functions->get_realtime_usec},
      {"sd_journal_restart_data", &functions->restart_data},
      {"sd_journal_get_fd", &functions->get_fd},
      {"sd_journal_get_events", &functions->get_events},
      {"sd_journal_get_timeout", &functions->get_timeout},
      {"sd_journal_process", &functions->process},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
    void *symbol = dlsym(library, wanted[i].name);
    if (!symbol) {
      tell(why, size, dlerror());
      dlclose(library);
      return 0;
    }
    memcpy(wanted[i].place, &symbol, sizeof symbol);
  }
  void *enumerate = dlsym(library, "sd_journal_enumerate_available_data");
  if (!enumerate) enumerate = dlsym(library, "sd_journal_enumerate_data");
  if (!enumerate) {
    tell(why, size, dlerror());
    dlclose(library);
    return 0;
  }
  memcpy(&functions->enumerate_data, &enumerate, sizeof enumerate);
  return 1;
}

static _Thread_local volatile sig_atomic_t is_guarded;
static _Thread_local volatile unsigned lost_pages;
static struct sigaction others;
static size_t page_size;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void put_zeros(int signal, siginfo_t *info, void *context) {
  if (is_guarded && info->si_code == BUS_ADRERR) {
    void *page = (void *)((uintptr_t)info->si_addr & ~(page_size - 1));
    if (mmap(page, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page) {
      lost_pages++;
      return;
    }
  }
  // Not ours: what would have happened without this handler happens when the instruction is run again.
  (void)context;
  sigaction(signal, &others, NULL);
}

static void install(void) {
  page_size = (size_t)sysconf(_SC_PAGESIZE);
  struct sigaction action = {.sa_sigaction = put_zeros, .sa_flags = SA_SIGINFO};
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, &others);
}

void csystemd_guard_thread(void) {
  pthread_once(&once, install);
  is_guarded = 1;
}

unsigned csystemd_lost_pages(void) { return lost_pages; }
