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

// What the dial says: 0, there is room; this, what is there may be written over; anything else, nothing may,
// as where files are copied on write.
#define ONLY_GROWTH 1

static const volatile char *is_full;

__attribute__((constructor)) static void find_dial(void) {
  const char *path = getenv("DISK_DIAL");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *memory = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (memory != MAP_FAILED) is_full = memory;
}

// Pipes and sockets are no disk. `end`: where in the file the write would end.
static int has_no_room(int file, off_t end) {
  struct stat about;
  char dial = is_full ? *is_full : 0;
  if (dial == 0 || fstat(file, &about) || !S_ISREG(about.st_mode)) return 0;
  if (dial == ONLY_GROWTH && end <= about.st_size) return 0;
  errno = ENOSPC;
  return 1;
}

static size_t length(const struct iovec *from, int count) {
  size_t all = 0;
  for (int n = 0; n < count; n++) all += from[n].iov_len;
  return all;
}

static off_t here(int file) { return lseek(file, 0, SEEK_CUR); }

ssize_t write(int file, const void *from, size_t count) {
  return has_no_room(file, here(file) + count) ? -1 : syscall(SYS_write, file, from, count);
}

ssize_t writev(int file, const struct iovec *from, int count) {
  if (has_no_room(file, here(file) + length(from, count))) return -1;
  return syscall(SYS_writev, file, from, count);
}

ssize_t pwrite64(int file, const void *from, size_t count, off_t at) {
  return has_no_room(file, at + count) ? -1 : syscall(SYS_pwrite64, file, from, count, at);
}

ssize_t pwritev64(int file, const struct iovec *from, int count, off_t at) {
  if (has_no_room(file, at + length(from, count))) return -1;
  return syscall(SYS_pwritev, file, from, count, at, 0);
}

int fallocate64(int file, int mode, off_t at, off_t count) {
  return has_no_room(file, at + count) ? -1 : syscall(SYS_fallocate, file, mode, at, count);
}
