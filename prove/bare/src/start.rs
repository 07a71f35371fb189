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

#[cfg(target_arch = "loongarch64")]
global_asm!(
    ".section .start, \"ax\"",
    ".globl _start",
    "_start:",
    "la.pcrel $sp, _stack",
    "ori $t0, $zero, 1",
    "csrxchg $t0, $t0, 2",
    "bl bare_main",
);

// The note tells QEMU where to begin (PVH, as Xen defines it). The processor is in its mode of 32 bits there, so the way
// to 64 bits begins here: the first gigabyte is mapped to itself by pages of 2 MiB.
#[cfg(target_arch = "x86_64")]
global_asm!(
    ".section .note.pvh, \"a\", @note",
    ".p2align 2",
    ".long 4, 8, 18",
    ".asciz \"Xen\"",
    ".quad _start",
    ".section .data.start, \"aw\"",
    ".p2align 12",
    "bare_level_4:",
    ".quad bare_level_3 + 3",
    ".fill 511, 8, 0",
    "bare_level_3:",
    ".quad bare_level_2 + 3",
    ".fill 511, 8, 0",
    "bare_level_2:",
    ".set page, 0x83",
    ".rept 512",
    ".quad page",
    ".set page, page + 0x200000",
    ".endr",
    "bare_segments:",
    ".quad 0",
    ".quad 0x00af9a000000ffff",
    ".quad 0x00cf92000000ffff",
    "bare_segments_end:",
    "bare_segments_pointer:",
    ".word bare_segments_end - bare_segments - 1",
    ".long bare_segments",
    ".section .start, \"ax\"",
    ".code32",
    ".globl _start",
    "_start:",
    "mov esp, offset _stack",
    "mov eax, offset bare_level_4",
    "mov cr3, eax",
    "mov eax, cr4",
    "or eax, 0x20",
    "mov cr4, eax",
    "mov ecx, 0xc0000080",
    "rdmsr",
    "or eax, 0x100",
    "wrmsr",
    "mov eax, cr0",
    "or eax, 0x80000001",
    "mov cr0, eax",
    "lgdt [bare_segments_pointer]",
    "mov eax, 8",
    "push eax",
    "mov eax, offset bare_long",
    "push eax",
    "retf",
    ".code64",
    "bare_long:",
    "mov eax, 16",
    "mov ds, eax",
    "mov es, eax",
    "mov ss, eax",
    "mov esp, offset _stack",
    "call bare_main",
);
