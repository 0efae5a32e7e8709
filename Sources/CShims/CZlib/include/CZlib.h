// Inflation behind calls: zlib's own are macros.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

/// Opens `stream` for gzip (`window` 31), zlib (15) or raw deflate (-15). Returns zlib's code.
static inline int czlib_open(z_stream *stream, int window) { return inflateInit2(stream, window); }
