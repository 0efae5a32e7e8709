// RE2 behind a C interface: the same expressions and the same matches as Go's regexp.
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct cre2 cre2;

/// A matched range. `start` is -1 for a group that took no part.
typedef struct {
  int32_t start;
  int32_t end;
} cre2_range;

/// Compiles `pattern`. On failure returns NULL and writes a message of at most `capacity - 1` bytes, ended by NUL.
cre2 *cre2_compile(const uint8_t *pattern, size_t count, int latin1, char *message, size_t capacity);
void cre2_free(cre2 *);

/// Capturing groups, group 0 not counted.
int32_t cre2_group_count(const cre2 *);

/// The name of group `index` (1 …), or NULL. Lives as long as the expression.
const char *cre2_group_name(const cre2 *, int32_t index);

/// Searches `text` from `from` on. Fills `groups` (group 0 first); offsets are from the start of `text`.
int cre2_match(const cre2 *, const uint8_t *text, size_t count, size_t from, int anchored, cre2_range *groups,
               int32_t group_count);

#ifdef __cplusplus
}
#endif
