#include <stdio.h>

#include "libsys/boot.h"

int main(void)
{
	printf("Hello from %s on %s.\n", boot_info()->kernel, boot_info()->board);
}
