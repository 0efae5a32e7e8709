// Snappy's block format over scattered input, for push requests that lie in several buffers.
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const uint8_t *bytes;
  size_t count;
} csnappy_piece;

/// The most bytes that `csnappy_compress` can write for `count` bytes of input.
size_t csnappy_bound(size_t count);

/// Compresses the pieces as one block. `out` holds `csnappy_bound(sum of counts)` bytes. Returns the bytes written.
size_t csnappy_compress(const csnappy_piece *pieces, size_t piece_count, uint8_t *out);

/// The length a block expands to, or -1 when its header is no such length.
int64_t csnappy_uncompressed_length(const uint8_t *in, size_t count);

/// Expands a block into `out`, which holds `csnappy_uncompressed_length` bytes. 0 when the block is broken.
int csnappy_uncompress(const uint8_t *in, size_t count, uint8_t *out);

#ifdef __cplusplus
}
#endif
