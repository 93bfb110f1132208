/* a virtual machine of one instruction or two: out to a port, then halt */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
int main(void) {
  int kvm = open("/dev/kvm", O_RDWR);
  int vm = ioctl(kvm, KVM_CREATE_VM, 0);
  if (vm < 0) return 1;
  const uint8_t code[] = {0xb0, 0x41, 0xe6, 0x10, 0xf4};
  uint8_t *mem = mmap(0, 0x1000, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  memcpy(mem, code, sizeof code);
  struct kvm_userspace_memory_region region = {0, 0, 0x1000, 0x1000, (uint64_t)mem};
  ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
  int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
  int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  struct kvm_run *run = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
  struct kvm_sregs s; ioctl(vcpu, KVM_GET_SREGS, &s); s.cs.base = 0; s.cs.selector = 0; ioctl(vcpu, KVM_SET_SREGS, &s);
  struct kvm_regs r = {.rip = 0x1000, .rflags = 2}; ioctl(vcpu, KVM_SET_REGS, &r);
  for (int i = 0; i < 3; i++) { if (ioctl(vcpu, KVM_RUN, 0) < 0) return 2; if (run->exit_reason == KVM_EXIT_HLT) break; }
  return 0;
}
