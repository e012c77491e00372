/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * Files: those in memory, those of the initial archive, devices and directories, by newlib's
 * functions and by POSIX's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libsys/file.h"
#include "libsys/vmo.h"
#include "test.h"

/* A call fails, and says why. */
#define EXPECT_ERRNO(call, error) \
	do { \
		errno = 0; \
		EXPECT_EQ((long long)(call), -1); \
		EXPECT_EQ(errno, error); \
	} while (0)

static int make(const char *path, const char *text)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0644);

	REQUIRE(fd >= 0);
	EXPECT_EQ(write(fd, text, strlen(text)), (long long)strlen(text));
	return fd;
}

/* All of a file as text. */
static const char *content(const char *path)
{
	static char text[64];
	int fd = open(path, O_RDONLY);
	ssize_t size;

	if (fd < 0)
		return NULL;
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[size < 0 ? 0 : size] = '\0';
	return text;
}

TEST(file, is_written_and_read_back)
{
	int fd = make("/tmp/a", "hello");
	char text[8] = "";

	EXPECT_EQ(lseek(fd, 0, SEEK_SET), 0);
	EXPECT_EQ(read(fd, text, sizeof(text)), 5);
	EXPECT_TEXT(text, "hello");
	EXPECT_EQ(read(fd, text, sizeof(text)), 0);
	EXPECT_EQ(close(fd), 0);
	EXPECT_ERRNO(close(fd), EBADF);
	EXPECT_EQ(unlink("/tmp/a"), 0);
	EXPECT_ERRNO(open("/tmp/a", O_RDONLY), ENOENT);
}

TEST(file, seeking_beyond_the_end_leaves_zeros)
{
	int fd = make("/tmp/a", "x");
	char bytes[5] = "....";
	struct stat st;

	EXPECT_EQ(lseek(fd, 10000, SEEK_CUR), 10001);
	EXPECT_EQ(write(fd, "y", 1), 1);
	EXPECT_EQ(fstat(fd, &st), 0);
	EXPECT_EQ(st.st_size, 10002);
	EXPECT(S_ISREG(st.st_mode));
	EXPECT_EQ(pread(fd, bytes, 4, 9998), 4);
	EXPECT(memcmp(bytes, "\0\0\0y", 4) == 0);
	EXPECT_ERRNO(lseek(fd, -20000, SEEK_END), EINVAL);
	EXPECT_ERRNO(lseek(fd, 0, 17), EINVAL);
	close(fd);
	unlink("/tmp/a");
}

TEST(file, truncating_forgets_what_was_behind)
{
	int fd = make("/tmp/a", "abcdef");
	char bytes[6];

	EXPECT_EQ(ftruncate(fd, 2), 0);
	EXPECT_EQ(truncate("/tmp/a", 6), 0);
	EXPECT_EQ(pread(fd, bytes, 6, 0), 6);
	EXPECT(memcmp(bytes, "ab\0\0\0\0", 6) == 0);
	EXPECT_ERRNO(ftruncate(fd, -1), EINVAL);
	close(fd);
	fd = open("/tmp/a", O_WRONLY | O_TRUNC);
	EXPECT_EQ(lseek(fd, 0, SEEK_END), 0);
	close(fd);
	unlink("/tmp/a");
}

TEST(file, append_writes_at_the_end_whatever_the_offset)
{
	int a = make("/tmp/a", "one"), b = open("/tmp/a", O_WRONLY | O_APPEND);

	EXPECT_EQ(write(b, "two", 3), 3);
	EXPECT_EQ(write(a, "2", 1), 1); /* where it was */
	EXPECT_EQ(write(b, "three", 5), 5);
	EXPECT_TEXT(content("/tmp/a"), "one2wothree");
	close(a);
	close(b);
	unlink("/tmp/a");
}

TEST(file, a_large_one_comes_and_goes_with_its_pages)
{
	enum { SIZE = 3 << 20, STEP = 4096 };
	static char block[STEP];
	struct stat st;
	int fd = open("/tmp/large", O_CREAT | O_RDWR, 0600);

	REQUIRE(fd >= 0);
	for (int i = 0; i < SIZE / STEP; i++) {
		memset(block, i, STEP);
		REQUIRE(write(fd, block, STEP) == STEP);
	}
	EXPECT_EQ(stat("/tmp/large", &st), 0);
	EXPECT_EQ(st.st_size, SIZE);
	for (int i = SIZE / STEP; i-- > 0;) {
		REQUIRE(pread(fd, block, STEP, (off_t)i * STEP) == STEP);
		REQUIRE(block[0] == (char)i && block[STEP - 1] == (char)i);
	}
	close(fd);
	unlink("/tmp/large");
}

TEST(file, is_a_vmo_that_can_be_read_as_one)
{
	int fd = make("/tmp/a", "vmo");
	char text[4] = "";
	int64_t vmo = file_vmo(fd);

	EXPECT(vmo > 0);
	EXPECT_EQ(vmo_read((cptr_t)vmo, text, 0, 3), ST_OK);
	EXPECT_TEXT(text, "vmo");
	EXPECT_EQ(file_vmo(99), ST_BAD_HANDLE);
	EXPECT_EQ(file_vmo(STDOUT_FILENO), ST_NOT_FOUND);
	close(fd);
	unlink("/tmp/a");
}

TEST(file, unlinked_stays_while_it_is_open)
{
	int fd = make("/tmp/a", "still here");
	char text[16] = "";
	struct stat st;

	EXPECT_EQ(unlink("/tmp/a"), 0);
	EXPECT_ERRNO(access("/tmp/a", F_OK), ENOENT);
	EXPECT_EQ(pread(fd, text, sizeof(text), 0), 10);
	EXPECT_TEXT(text, "still here");
	EXPECT_EQ(fstat(fd, &st), 0);
	EXPECT_EQ(st.st_nlink, 0);
	close(fd);
	EXPECT_ERRNO(unlink("/tmp/a"), ENOENT);
}

TEST(file, open_refuses_what_its_flags_say)
{
	close(make("/tmp/a", "x"));
	EXPECT_ERRNO(open("/tmp/a", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST);
	EXPECT_ERRNO(open("/tmp/a", O_RDONLY | O_DIRECTORY), ENOTDIR);
	EXPECT_ERRNO(open("/tmp", O_RDWR), EISDIR);
	EXPECT_ERRNO(open("/tmp/a/b", O_RDONLY), ENOTDIR);
	EXPECT_ERRNO(open("/tmp/a/", O_RDONLY), ENOTDIR);
	EXPECT_ERRNO(open("/no/such", O_CREAT | O_RDWR, 0644), ENOENT);
	EXPECT_ERRNO(open("", O_RDONLY), ENOENT);
	unlink("/tmp/a");
}

TEST(file, modes_of_opening_are_kept)
{
	char byte = 'x';
	int fd = open("/tmp/a", O_CREAT | O_WRONLY, 0644);

	EXPECT_ERRNO(read(fd, &byte, 1), EBADF);
	EXPECT_EQ(write(fd, &byte, 1), 1);
	close(fd);
	fd = open("/tmp/a", O_RDONLY);
	EXPECT_ERRNO(write(fd, &byte, 1), EBADF);
	EXPECT_ERRNO(ftruncate(fd, 0), EBADF);
	close(fd);
	unlink("/tmp/a");
}

TEST(file, dup_shares_the_offset)
{
	int a = make("/tmp/a", "abc"), b = dup(a), c;
	char byte = 0;

	EXPECT(b >= 0 && b != a);
	lseek(a, 0, SEEK_SET);
	EXPECT_EQ(read(b, &byte, 1), 1);
	EXPECT_EQ(read(a, &byte, 1), 1);
	EXPECT_EQ(byte, 'b');
	c = dup2(a, 40);
	EXPECT_EQ(c, 40);
	EXPECT_EQ(fcntl(c, F_GETFL, 0) & O_ACCMODE, O_RDWR);
	close(a);
	close(b);
	EXPECT_EQ(read(c, &byte, 1), 1);
	EXPECT_EQ(byte, 'c');
	close(c);
	EXPECT_ERRNO(dup(40), EBADF);
	unlink("/tmp/a");
}

TEST(file, too_many_are_refused)
{
	int fds[300], count = 0;

	while (count < 300 && (fds[count] = open("/dev/null", O_RDWR)) >= 0)
		count++;
	EXPECT_EQ(errno, EMFILE);
	EXPECT_EQ(count, 253);
	while (count-- > 0)
		close(fds[count]);
}

TEST(file, stdio_reads_what_it_wrote)
{
	char line[32];
	long at;
	FILE *file = fopen("/tmp/lines", "w+");

	REQUIRE(file);
	for (int i = 0; i < 500; i++)
		fprintf(file, "line %d\n", i);
	rewind(file);
	for (int i = 0; i < 400; i++)
		REQUIRE(fgets(line, sizeof(line), file));
	EXPECT_TEXT(line, "line 399\n");
	at = ftell(file);
	EXPECT(fgets(line, sizeof(line), file));
	EXPECT_EQ(fseek(file, at, SEEK_SET), 0);
	EXPECT(fgets(line, sizeof(line), file));
	EXPECT_TEXT(line, "line 400\n");
	EXPECT_EQ(fclose(file), 0);
	EXPECT_EQ(remove("/tmp/lines"), 0);
	file = tmpfile();
	EXPECT(file && fputs("x", file) >= 0 && fclose(file) == 0);
}

TEST(file, rename_moves_and_replaces)
{
	close(make("/tmp/a", "a"));
	close(make("/tmp/b", "b"));
	EXPECT_EQ(rename("/tmp/a", "/tmp/b"), 0);
	EXPECT_TEXT(content("/tmp/b"), "a");
	EXPECT_ERRNO(rename("/tmp/a", "/tmp/c"), ENOENT);
	EXPECT_EQ(rename("/tmp/b", "/c"), 0);
	EXPECT_TEXT(content("/c"), "a");
	EXPECT_EQ(rename("/c", "/c"), 0);
	EXPECT_ERRNO(rename("/c", "/tmp"), EISDIR);
	EXPECT_EQ(unlink("/c"), 0);
}

TEST(file, link_is_another_name)
{
	struct stat st;

	close(make("/tmp/a", "a"));
	EXPECT_EQ(link("/tmp/a", "/tmp/b"), 0);
	EXPECT_ERRNO(link("/tmp/a", "/tmp/b"), EEXIST);
	EXPECT_EQ(stat("/tmp/b", &st), 0);
	EXPECT_EQ(st.st_nlink, 2);
	EXPECT_EQ(unlink("/tmp/a"), 0);
	EXPECT_TEXT(content("/tmp/b"), "a");
	EXPECT_EQ(unlink("/tmp/b"), 0);
	EXPECT_ERRNO(link("/tmp", "/t"), EPERM);
}

TEST(directory, is_made_entered_and_removed)
{
	char path[64];

	EXPECT_EQ(mkdir("/tmp/d", 0755), 0);
	EXPECT_ERRNO(mkdir("/tmp/d", 0755), EEXIST);
	EXPECT_EQ(mkdir("/tmp/d/e/", 0755), 0);
	EXPECT_EQ(chdir("/tmp/d/e"), 0);
	EXPECT_TEXT(getcwd(path, sizeof(path)), "/tmp/d/e");
	close(make("f", "f"));
	EXPECT_TEXT(content("../e/./f"), "f");
	EXPECT_TEXT(content("//tmp///d/e/f"), "f");
	EXPECT_EQ((long long)(getcwd(path, 4) == NULL), 1);
	EXPECT_EQ(errno, ERANGE);
	EXPECT_ERRNO(rmdir("/tmp/d"), ENOTEMPTY);
	EXPECT_ERRNO(unlink("/tmp/d"), EISDIR);
	EXPECT_ERRNO(rmdir("f"), ENOTDIR);
	EXPECT_ERRNO(chdir("f"), ENOTDIR);
	EXPECT_EQ(chdir("/"), 0);
	EXPECT_TEXT(getcwd(path, sizeof(path)), "/");
	EXPECT_EQ(unlink("tmp/d/e/f"), 0);
	EXPECT_EQ(rmdir("/tmp/d/e"), 0);
	EXPECT_EQ(rmdir("/tmp/d"), 0);
}

TEST(directory, cannot_be_moved_into_itself)
{
	mkdir("/tmp/d", 0755);
	mkdir("/tmp/d/e", 0755);
	EXPECT_ERRNO(rename("/tmp/d", "/tmp/d/e/f"), EINVAL);
	EXPECT_EQ(rename("/tmp/d/e", "/tmp/x"), 0);
	EXPECT_EQ(mkdir("/tmp/x/y", 0755), 0);
	EXPECT_ERRNO(rename("/tmp/d", "/tmp/x"), ENOTEMPTY);
	EXPECT_EQ(rename("/tmp/x", "/tmp/d"), 0); /* which is empty */
	EXPECT_ERRNO(access("/tmp/x", F_OK), ENOENT);
	EXPECT_EQ(rmdir("/tmp/d/y"), 0);
	EXPECT_EQ(rmdir("/tmp/d"), 0);
}

/* Who still has it open, or stands in it, is nowhere: no way up, and nothing can be made. */
TEST(directory, that_was_removed_is_nowhere)
{
	struct dirent *entry;
	char path[64];
	DIR *directory;
	int fd;

	EXPECT_EQ(mkdir("/tmp/d", 0755), 0);
	EXPECT_EQ(mkdir("/tmp/d/e", 0755), 0);
	fd = open("/tmp/d/e", O_RDONLY | O_DIRECTORY);
	REQUIRE(fd >= 0);
	EXPECT_EQ(fchdir(fd), 0);
	EXPECT_EQ(rmdir("/tmp/d/e"), 0);
	EXPECT_EQ(rmdir("/tmp/d"), 0);
	EXPECT_ERRNO(chdir(".."), ENOENT);
	EXPECT_ERRNO(openat(fd, "..", O_RDONLY), ENOENT);
	EXPECT_ERRNO(openat(fd, "f", O_CREAT | O_WRONLY, 0644), ENOENT);
	EXPECT_ERRNO(mkdir("g", 0755), ENOENT);
	close(make("/tmp/a", "a"));
	EXPECT_ERRNO(link("/tmp/a", "a"), ENOENT);
	EXPECT_ERRNO(rename("/tmp/a", "a"), ENOENT);
	EXPECT(!getcwd(path, sizeof(path)) && errno == ENOENT);
	directory = fdopendir(fd);
	REQUIRE(directory);
	while ((entry = readdir(directory)))
		EXPECT(entry->d_name[0] == '.' && entry->d_ino != 0);
	EXPECT_EQ(closedir(directory), 0);
	EXPECT_EQ(chdir("/"), 0);
	EXPECT_EQ(unlink("/tmp/a"), 0);
}

TEST(directory, has_no_other_names_of_dots)
{
	EXPECT_EQ(mkdir("/tmp/d", 0755), 0);
	close(make("/tmp/a", "a"));
	EXPECT_ERRNO(mkdir("/tmp/d/.", 0755), EEXIST);
	EXPECT_ERRNO(link("/tmp/a", "/tmp/d/."), EEXIST);
	EXPECT_ERRNO(link("/tmp/a", "/tmp/d/.."), EEXIST);
	EXPECT_ERRNO(rename("/tmp/a", "/tmp/d/."), EINVAL);
	EXPECT_ERRNO(rename("/tmp/d/..", "/tmp/x"), EINVAL);
	EXPECT_ERRNO(rmdir("/tmp/d/."), EINVAL);
	EXPECT_EQ(rmdir("/tmp/d"), 0);
	EXPECT_ERRNO(open("/tmp/new/", O_CREAT | O_WRONLY, 0644), EISDIR);
	EXPECT_ERRNO(unlink("/tmp/a/"), ENOTDIR);
	EXPECT_EQ(unlink("/tmp/a"), 0);
}

TEST(directory, lists_its_names_once_each)
{
	char seen[20] = "";
	struct dirent *entry;
	DIR *directory;
	long after_b = 0;

	mkdir("/tmp/d", 0755);
	close(make("/tmp/d/a", ""));
	close(make("/tmp/d/b", ""));
	mkdir("/tmp/d/c", 0755);
	directory = opendir("/tmp/d");
	REQUIRE(directory);
	while ((entry = readdir(directory))) {
		EXPECT_EQ(entry->d_type == DT_DIR,
			entry->d_name[0] == '.' || entry->d_name[0] == 'c');
		strcat(seen, entry->d_name);
		strcat(seen, " ");
		if (entry->d_name[0] == 'b') {
			after_b = telldir(directory);
			unlink("/tmp/d/a"); /* what was told does not disturb what comes */
		}
	}
	EXPECT_TEXT(seen, ". .. a b c ");
	seekdir(directory, after_b);
	entry = readdir(directory);
	EXPECT(entry);
	if (entry)
		EXPECT_TEXT(entry->d_name, "c");
	rewinddir(directory);
	EXPECT_TEXT(readdir(directory)->d_name, ".");
	EXPECT_EQ(closedir(directory), 0);
	EXPECT(opendir("/tmp/d/b") == NULL);
	EXPECT_EQ(errno, ENOTDIR);
	unlink("/tmp/d/b");
	rmdir("/tmp/d/c");
	rmdir("/tmp/d");
}

TEST(directory, names_can_be_relative_to_an_open_one)
{
	int directory, fd;

	mkdir("/tmp/d", 0755);
	directory = open("/tmp/d", O_RDONLY | O_DIRECTORY);
	fd = openat(directory, "f", O_CREAT | O_WRONLY, 0644);
	EXPECT(fd >= 0);
	EXPECT_EQ(access("/tmp/d/f", F_OK), 0);
	EXPECT_ERRNO(openat(99, "f", O_RDONLY), EBADF);
	EXPECT_ERRNO(openat(fd, "f", O_RDONLY), ENOTDIR);
	EXPECT_ERRNO(unlinkat(directory, "f", AT_REMOVEDIR), ENOTDIR);
	EXPECT_EQ(unlinkat(directory, "f", 0), 0);
	EXPECT_EQ(unlinkat(AT_FDCWD, "/tmp/d", AT_REMOVEDIR), 0);
	close(fd);
	close(directory);
}

TEST(archive, files_are_there_read_only)
{
	char magic[4];
	struct stat st;
	int fd = open("/boot/init", O_RDONLY);

	REQUIRE(fd >= 0);
	EXPECT_EQ(read(fd, magic, 4), 4);
	EXPECT(memcmp(magic, "\177ELF", 4) == 0);
	EXPECT_EQ(fstat(fd, &st), 0);
	EXPECT(st.st_size > 10000 && st.st_mode & S_IXUSR);
	close(fd);
	EXPECT_TEXT(content("/boot/texts/deep/note"), "a note\n");
	EXPECT_ERRNO(open("/boot/init", O_RDWR), EROFS);
	EXPECT_ERRNO(open("/boot/new", O_CREAT | O_RDWR, 0644), EROFS);
	EXPECT_ERRNO(truncate("/boot/init", 0), EROFS);
	EXPECT_ERRNO(unlink("/boot/init"), EROFS);
	EXPECT_ERRNO(rename("/boot/init", "/tmp/init"), EROFS);
	EXPECT_ERRNO(access("/boot/init", W_OK), EACCES);
}

TEST(archive, reads_what_is_there_however_much_is_asked_for)
{
	int fd = open("/boot/texts/deep/note", O_RDONLY);
	static char text[4096];
	struct stat st;

	REQUIRE(fd >= 0);
	EXPECT_EQ(fstat(fd, &st), 0);
	REQUIRE(st.st_size < (off_t)sizeof(text));
	EXPECT_EQ(read(fd, text, SIZE_MAX), (long long)st.st_size);
	close(fd);
}

TEST(device, null_and_zero)
{
	char bytes[3] = "ab";
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);

	EXPECT_EQ(write(null, bytes, 2), 2);
	EXPECT_EQ(read(null, bytes, 2), 0);
	EXPECT_EQ(read(zero, bytes, 2), 2);
	EXPECT_EQ(bytes[0] | bytes[1], 0);
	EXPECT_EQ(isatty(null), 0);
	EXPECT_EQ(isatty(STDOUT_FILENO), 1);
	close(null);
	close(zero);
}
