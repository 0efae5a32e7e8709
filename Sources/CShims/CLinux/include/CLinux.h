// What Swift's Glibc module does not bring of Linux: epoll, inotify, eventfd and a few variadic calls.
#pragma once
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

int clinux_open(const char *path, int flags, unsigned mode);
int clinux_errno(void);

/// The kind of the file system that a path lies on, as statfs(2) names it; 0 where that cannot be told.
unsigned clinux_file_system(const char *path);

/// Writes the system's words for an error number, ended by NUL.
void clinux_strerror(int code, char *buffer, size_t size);

/// Names the calling thread, as `top -H` and `perf` show it.
void clinux_name_thread(const char *name);

/// Makes the calling thread's permitted capabilities effective; without effect where that is refused.
void clinux_raise_permitted_capabilities(void);

/// Gives back the program's own pages, which come back from its file when they are used again.
void clinux_release_program(void);

/// Large blocks of the heap are given back as soon as they are free, however large those were that were freed before.
void clinux_return_large_blocks(void);

/// Gives back what lies free in the heap.
void clinux_trim_heap(void);

/// How many processors the process may run on: at least 1.
int clinux_processors(void);
