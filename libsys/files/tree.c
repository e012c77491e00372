/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The Quire authors */
/*
 * The tree of names. A directory's names are a list in the order of their making; a node goes
 * with its last reference, which is a name, an open file or a call at work.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "files/node.h"

static struct lock lock;
static struct node *root, *current;
static struct node *base; /* where paths begin instead, for a moment; NULL: current */
static ino_t numbers;

struct node *files_node_create(const struct node_type *type, mode_t mode)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->type = type;
	node->mode = mode;
	node->number = ++numbers;
	node->references = 1;
	files_node_touch(node);
	return node;
}

void files_node_get(struct node *node)
{
	node->references++;
}

void files_node_put(struct node *node)
{
	if (--node->references > 0)
		return;
	if (node->type->destroy)
		node->type->destroy(node);
	free(node);
}

void files_node_touch(struct node *node)
{
	clock_gettime(CLOCK_REALTIME, &node->modified);
}

struct entry *files_entry_find(const struct node *directory, const char *name)
{
	struct entry *entry = directory->entries;

	while (entry && strcmp(entry->name, name) != 0)
		entry = entry->next;
	return entry;
}

/* Of a directory that was removed nobody would ever take the names away again. */
int files_entry_add(struct node *directory, const char *name, struct node *node)
{
	struct entry *entry, **end;

	if (directory->links == 0)
		return -ENOENT;
	entry = malloc(sizeof(*entry) + strlen(name) + 1);
	if (!entry)
		return -ENOSPC;
	strcpy(entry->name, name);
	entry->node = node;
	entry->next = NULL;
	entry->cookie = ++directory->cookies;
	for (end = &directory->entries; *end;)
		end = &(*end)->next;
	*end = entry;
	files_node_get(node);
	node->links++;
	if (S_ISDIR(node->mode))
		node->parent = directory;
	files_node_touch(directory);
	return 0;
}

/* What has no name any more has no parent: that may go before it, being not counted. */
void files_entry_remove(struct node *directory, struct entry *entry)
{
	struct entry **at = &directory->entries;

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	if (--entry->node->links == 0)
		entry->node->parent = NULL;
	files_node_put(entry->node);
	free(entry);
	files_node_touch(directory);
}

static struct node *add(
	struct node *directory, const char *name, const struct node_type *type, mode_t mode)
{
	struct node *node = files_node_create(type, mode);

	if (!node || files_entry_add(directory, name, node) != 0)
		abort(); /* not even these few bytes */
	files_node_put(node);
	return node;
}

static void make_tree(void)
{
	struct node *devices;

	root = files_node_create(&files_directory_type, S_IFDIR | 0755);
	if (!root)
		abort();
	root->parent = root;
	root->links = 1;
	files_node_get(root);
	current = root;
	devices = add(root, "dev", &files_directory_type, S_IFDIR | 0755);
	add(devices, "console", &files_console_type, S_IFCHR | 0666);
	add(devices, "null", &files_null_type, S_IFCHR | 0666);
	add(devices, "zero", &files_zero_type, S_IFCHR | 0666);
	add(root, "tmp", &files_directory_type, S_IFDIR | 0777);
	files_fill(add(root, "boot", &files_directory_type, S_IFDIR | 0555));
}

void files_lock(void)
{
	lock_take(&lock);
	if (!root)
		make_tree();
}

void files_unlock(void)
{
	lock_release(&lock);
}

void files_begin_at(struct node *directory)
{
	base = directory;
}

/* The next name of a path, or 0: there is none; or -errno. */
static int next_name(const char **path, char *name)
{
	size_t length;

	*path += strspn(*path, "/");
	length = strcspn(*path, "/");
	if (length > NAME_MAX_)
		return -ENAMETOOLONG;
	memcpy(name, *path, length);
	name[length] = '\0';
	*path += length;
	return length > 0;
}

/* One step down, or up; the reference moves along. */
static int step(struct node **node, const char *name)
{
	struct node *to;
	struct entry *entry;

	if (!S_ISDIR((*node)->mode))
		return -ENOTDIR;
	if (strcmp(name, ".") == 0)
		return 0;
	entry = files_entry_find(*node, name);
	to = strcmp(name, "..") == 0 ? (*node)->parent : entry ? entry->node : NULL;
	if (!to)
		return -ENOENT;
	files_node_get(to);
	files_node_put(*node);
	*node = to;
	return 0;
}

/* As far as to the last name, which is left in `name`; "" if there was none. */
static int walk(const char *path, struct node **node_out, char *name)
{
	struct node *node = *path == '/' ? root : base ? base : current;
	char next[NAME_MAX_ + 1];
	int st;

	if (!*path)
		return -ENOENT;
	if (strlen(path) > PATH_MAX_)
		return -ENAMETOOLONG;
	files_node_get(node);
	name[0] = '\0';
	while ((st = next_name(&path, next)) > 0) {
		st = name[0] ? step(&node, name) : 0;
		if (st < 0)
			break;
		strcpy(name, next);
	}
	/* "file/" is no name of a file. */
	if (st == 0 && name[0] && path[-1] == '/') {
		st = step(&node, name);
		strcpy(name, ".");
		if (st == 0 && !S_ISDIR(node->mode))
			st = -ENOTDIR;
	}
	if (st < 0)
		files_node_put(node);
	else
		*node_out = node;
	return st;
}

int files_find(const char *path, struct node **node_out)
{
	char name[NAME_MAX_ + 1];
	int st = walk(path, node_out, name);

	if (st < 0 || !name[0])
		return st;
	st = step(node_out, name);
	if (st < 0)
		files_node_put(*node_out);
	return st;
}

/* A directory that is to be made or removed may be written with a '/' behind it. */
int files_find_parent(const char *path, struct node **directory_out, char *name)
{
	size_t length = strlen(path);
	char bare[PATH_MAX_ + 1];
	int st;

	if (length > PATH_MAX_)
		return -ENAMETOOLONG;
	while (length > 1 && path[length - 1] == '/')
		length--;
	memcpy(bare, path, length);
	bare[length] = '\0';
	st = walk(bare, directory_out, name);
	if (st < 0)
		return st;
	if (!S_ISDIR((*directory_out)->mode))
		st = -ENOTDIR;
	else if (!name[0])
		st = -EEXIST; /* the root */
	if (st < 0)
		files_node_put(*directory_out);
	return st;
}

int files_chdir(struct node *directory)
{
	if (!S_ISDIR(directory->mode))
		return -ENOTDIR;
	files_node_get(directory);
	files_node_put(current);
	current = directory;
	return 0;
}

/* From the end of the buffer to its front, then moved. */
int files_cwd(char *path, size_t size)
{
	const struct node *node = current;
	size_t at = size;

	if (size < 2)
		return -ERANGE;
	path[--at] = '\0';
	for (; node != root; node = node->parent) {
		const struct entry *entry = node->parent ? node->parent->entries : NULL;
		size_t length;

		while (entry && entry->node != node)
			entry = entry->next;
		if (!entry)
			return -ENOENT; /* it was removed */
		length = strlen(entry->name);
		if (length + 1 > at)
			return -ERANGE;
		at -= length;
		memcpy(path + at, entry->name, length);
		path[--at] = '/';
	}
	if (path[at] == '\0')
		path[--at] = '/';
	memmove(path, path + at, size - at);
	return 0;
}
