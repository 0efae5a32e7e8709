// libbz2's own header; nothing of it is a macro that Swift cannot call.
#pragma once
#include <bzlib.h>
