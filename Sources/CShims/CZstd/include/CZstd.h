// zstd as Debian's libzstd-dev brings it.
#pragma once
#include <zstd.h>
