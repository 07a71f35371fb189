//! The first instructions of each architecture: a stack, and the unit for floating point where there is one.
//!
//! The linker script `link.rs` names `_start` and `_stack`, and lets QEMU load data where it belongs.

use core::arch::global_asm;

// A table of vectors begins with the stack and the first instruction. Cortex-M0 has no coprocessor access register;
// there the write has no effect.
#[cfg(all(target_arch = "arm", bare_mclass))]
global_asm!(
    ".section .vectors, \"a\"",
    ".word _stack",
    ".word _start",
    ".rept 14",
    ".word bare_fault",
    ".endr",
    ".section .start, \"ax\"",
    ".thumb",
    ".globl _start",
    ".type _start, %function",
    "_start:",
    "ldr r0, =0xE000ED88",
    "ldr r1, [r0]",
    "ldr r2, =0x00F00000",
    "orrs r1, r2",
    "str r1, [r0]",
    "bl bare_main",
    ".type bare_fault, %function",
    "bare_fault:",
    "bl bare_stop",
);

#[cfg(all(target_arch = "arm", not(bare_mclass)))]
global_asm!(
    ".section .start, \"ax\"",
    ".arm",
    ".fpu vfpv3-d16",
    ".globl _start",
    "_start:",
    "ldr sp, =_stack",
    "mrc p15, 0, r0, c1, c0, 2",
    "orr r0, r0, #0xf00000",
    "mcr p15, 0, r0, c1, c0, 2",
    "mov r0, #0x40000000",
    "vmsr fpexc, r0",
    "bl bare_main",
);

#[cfg(target_arch = "aarch64")]
global_asm!(
    ".section .start, \"ax\"",
    ".globl _start",
    "_start:",
    "ldr x0, =_stack",
    "mov sp, x0",
    "mov x0, #0x300000",
    "msr cpacr_el1, x0",
    "isb",
    "bl bare_main",
);

// The bits of `mstatus` that switch floating point on do nothing where there is none.
#[cfg(any(target_arch = "riscv32", target_arch = "riscv64"))]
global_asm!(
    ".section .start, \"ax\"",
    ".globl _start",
    "_start:",
    "la sp, _stack",
    "li t0, 0x2000",
    "csrs mstatus, t0",
    "call bare_main",
);
