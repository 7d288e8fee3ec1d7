// A disk that is full whenever a test says so, for a program that knows nothing of it: preloaded, it stands
// before what libc writes to files. The dial is a file of one byte that the test turns (full-disk.ts).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const volatile char *is_full;

__attribute__((constructor)) static void find_dial(void) {
  const char *path = getenv("DISK_DIAL");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *memory = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (memory != MAP_FAILED) is_full = memory;
}

// Pipes and sockets are no disk. What is written over counts too, as where files are copied on write.
static int has_no_room(int file) {
  struct stat about;
  if (!is_full || !*is_full || fstat(file, &about) || !S_ISREG(about.st_mode)) return 0;
  errno = ENOSPC;
  return 1;
}

ssize_t write(int file, const void *from, size_t count) {
  return has_no_room(file) ? -1 : syscall(SYS_write, file, from, count);
}

ssize_t writev(int file, const struct iovec *from, int count) {
  return has_no_room(file) ? -1 : syscall(SYS_writev, file, from, count);
}

ssize_t pwrite64(int file, const void *from, size_t count, off_t at) {
  return has_no_room(file) ? -1 : syscall(SYS_pwrite64, file, from, count, at);
}

ssize_t pwritev64(int file, const struct iovec *from, int count, off_t at) {
  return has_no_room(file) ? -1 : syscall(SYS_pwritev, file, from, count, at, 0);
}

int fallocate64(int file, int mode, off_t at, off_t count) {
  return has_no_room(file) ? -1 : syscall(SYS_fallocate, file, mode, at, count);
}
