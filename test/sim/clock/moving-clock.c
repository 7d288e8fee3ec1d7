// A clock that goes at any rate, for programs that know nothing of it: preloaded, it stands before the
// clock and the waits of libc. The dial is a file that the test turns (moving-clock.ts).
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
// No wait is longer in real time, in ns: the dial may be turned meanwhile.
#define SLICE (20 * 1000000LL)
// What it takes to read a clock, at most, in ns: more is another program's.
#define MOMENT (50 * 1000LL)

// From `at` (monotonic ns of the machine) on, when the clock was `ahead` ns, it goes at `rate`. The time of
// day alone is `set` ns off besides: no wait knows of that.
struct turn {
  int64_t at, ahead, set;
  double rate;
};

// The turn that holds is never written; the next one is written beside it, then named, all of it before its `at`:
// until then the one before holds.
struct dial {
  // How many there have been; the last one is in the place that this number modulo two names.
  int64_t count;
  struct turn turns[2];
};

static const volatile struct dial *dial;

__attribute__((constructor)) static void find_dial(void) {
  const char *path = getenv("CLOCK_DIAL");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *memory = mmap(NULL, sizeof(struct dial), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (memory != MAP_FAILED) dial = memory;
}

static int64_t ns(const struct timespec *time) { return time->tv_sec * SECOND + time->tv_nsec; }

static struct timespec timespec_of(int64_t ns) {
  return (struct timespec){.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};
}

static int64_t machine_now(void) {
  struct timespec time;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
  return ns(&time);
}

// The turn that holds at a time of the machine. It has to have been read just now.
static struct turn turn_at(int64_t machine) {
  if (!dial) return (struct turn){.rate = 1};
  int64_t last = dial->count & 1;
  struct turn turn = dial->turns[last];
  return turn.at <= machine ? turn : dial->turns[1 - last];
}

// The moved time, which no program sees go back: a turn that was named too late, because the test was not on a
// processor, would be of a time that this program has left behind.
static int64_t onward(int64_t moved) {
  static int64_t latest;
  int64_t known = __atomic_load_n(&latest, __ATOMIC_RELAXED);
  while (moved > known &&
         !__atomic_compare_exchange_n(&latest, &known, moved, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return moved > known ? moved : known;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  // What a processor has worked is not moved.
  if (!dial || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID)
    return syscall(SYS_clock_gettime, clock, time);
  struct turn turn;
  int64_t machine, count;
  // Once more where another program was on the processor between these lines: they have to be of one moment.
  do {
    count = dial->count;
    machine = machine_now();
    if (syscall(SYS_clock_gettime, clock, time)) return -1;
    turn = turn_at(machine);
  } while (dial->count != count || machine_now() - machine > MOMENT);
  int64_t set = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE ? turn.set : 0;
  int64_t moved = onward(machine + turn.ahead + (int64_t)((machine - turn.at) * (turn.rate - 1)));
  // Of two readings only the one counts, where it is the clock that may not go back.
  *time = timespec_of(clock == CLOCK_MONOTONIC ? moved : ns(time) + set + moved - machine);
  return 0;
}

int gettimeofday(struct timeval *restrict value, void *restrict zone) {
  (void)zone;
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  *value = (struct timeval){.tv_sec = time.tv_sec, .tv_usec = time.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *result) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  if (result) *result = time.tv_sec;
  return time.tv_sec;
}

static int64_t moved_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return ns(&time);
}

// How long to wait in real ns for `left` ns of the moved clock, or for the next slice.
static int64_t real_wait(int64_t left) {
  int64_t real = left / turn_at(machine_now()).rate;
  return real < 1 ? 1 : real > SLICE ? SLICE : real;
}

// Goes off too early rather than too late: an event loop looks at the clock and sets it again.
int timerfd_settime(int file, int flags, const struct itimerspec *value, struct itimerspec *old) {
  int64_t due = ns(&value->it_value);
  if (!dial || due == 0) return syscall(SYS_timerfd_settime, file, flags, value, old);
  int64_t left = flags & TFD_TIMER_ABSTIME ? due - moved_now() : due;
  struct itimerspec sooner = {value->it_interval, timespec_of(real_wait(left))};
  return syscall(SYS_timerfd_settime, file, 0, &sooner, old);
}

int epoll_pwait(int epoll, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
  if (!dial || timeout <= 0) return syscall(SYS_epoll_pwait, epoll, events, most, timeout, mask, 8);
  int64_t end = moved_now() + timeout * 1000000LL;
  for (;;) {
    int64_t left = end - moved_now();
    int slice = left > 0 ? (real_wait(left) + 999999) / 1000000 : 0;
    int ready = syscall(SYS_epoll_pwait, epoll, events, most, slice, mask, 8);
    if (ready != 0 || left <= 0) return ready;
  }
}

int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout) {
  return epoll_pwait(epoll, events, most, timeout, NULL);
}
