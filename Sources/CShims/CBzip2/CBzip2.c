#include "CBzip2.h"
