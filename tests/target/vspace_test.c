#include "memory.h"
cptr_t pool;
WITH_POOL(vmo, x){}
