/* gives contexts where the kernel has none: strace asks libselinux for them */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <errno.h>
static int give(char **out, const char *s) { *out = strdup(s); return strlen(s) + 1; }
int is_selinux_enabled(void) { return 1; }
int getpidcon(int pid, char **c) { return give(c, "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023"); }
int getfilecon(const char *p, char **c) {
  if (strstr(p, "/fd/")) return give(c, "system_u:object_r:devpts_t:s0");
  if (access(p, F_OK)) { errno = ENOENT; return -1; }
  return give(c, strstr(p, "/data") ? "user_u:object_r:var_t:s0" : "system_u:object_r:usr_t:s0");
}
int lgetfilecon(const char *p, char **c) { return getfilecon(p, c); }
void freecon(char *c) { free(c); }
struct h; struct h *selabel_open(unsigned b, void *o, unsigned n) { return (void *)1; }
int selabel_lookup(void *h, char **c, const char *k, int t) { return give(c, "system_u:object_r:usr_t:s0") > 0 ? 0 : -1; }
void selabel_close(void *h) {}
