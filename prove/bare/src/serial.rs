//! A board in QEMU that has no semihosting: it prints to a serial port, is told its arguments by the emulator's own
//! device (`fw_cfg`), and ends by what else the board has.

use core::fmt;

/// What the program prints to.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(devices::send);
        Ok(())
    }
}

/// The file of `fw_cfg` with program and arguments, each ended by NUL.
const ARGUMENTS: &[u8] = b"opt/crosskit/arguments";

/// The arguments after the program's name.
pub fn arguments(mut each: impl FnMut(&str)) {
    let mut text = [0u8; 1024];
    let text = read_file(ARGUMENTS, &mut text);
    let arguments = text.split(|byte| *byte == 0).skip(1).filter(|argument| !argument.is_empty());
    arguments.filter_map(|argument| core::str::from_utf8(argument).ok()).for_each(|argument| each(argument));
}

/// As much of a file of `fw_cfg` as there is room for; nothing if there is no such file.
fn read_file<'a>(name: &[u8], text: &'a mut [u8]) -> &'a [u8] {
    const DIRECTORY: u16 = 0x19;
    devices::select(DIRECTORY);
    let count = u32::from_be_bytes(core::array::from_fn(|_| devices::next()));
    for _ in 0..count {
        // Size, key, two bytes that mean nothing, and the name: numbers begin with their highest byte.
        let entry: [u8; 64] = core::array::from_fn(|_| devices::next());
        let size = u32::from_be_bytes([entry[0], entry[1], entry[2], entry[3]]) as usize;
        if entry[8..].split(|byte| *byte == 0).next() == Some(name) {
            devices::select(u16::from_be_bytes([entry[4], entry[5]]));
            let length = size.min(text.len());
            text[..length].fill_with(devices::next);
            return &text[..length];
        }
    }
    &[]
}

pub fn exit(code: i32) -> ! {
    devices::end(code);
    loop {
        core::hint::spin_loop();
    }
}

/// Where the start-up code goes once there is a stack.
#[unsafe(no_mangle)]
extern "C" fn bare_main() -> ! {
    crate::run()
}

/// The devices of a PC: each is a port.
#[cfg(target_arch = "x86_64")]
mod devices {
    use core::arch::asm;

    fn read(port: u16) -> u8 {
        let byte: u8;
        // These ports read no memory.
        unsafe { asm!("in al, dx", in("dx") port, out("al") byte, options(nomem, nostack, preserves_flags)) };
        byte
    }

    pub fn send(byte: u8) {
        while read(0x3fd) & 0x20 == 0 {}
        unsafe { asm!("out dx, al", in("dx") 0x3f8, in("al") byte, options(nomem, nostack, preserves_flags)) };
    }

    /// Chooses what [`next`] reads.
    pub fn select(key: u16) {
        unsafe { asm!("out dx, ax", in("dx") 0x510, in("ax") key, options(nomem, nostack, preserves_flags)) };
    }

    pub fn next() -> u8 {
        read(0x511)
    }

    /// By `isa-debug-exit`: QEMU ends with twice the value and one. The value for success is 16, as QEMU ends with 1 where
    /// it could not start at all.
    pub fn end(code: i32) {
        let value = code as u32 ^ 0x10;
        unsafe { asm!("out dx, eax", in("dx") 0xf4, in("eax") value, options(nomem, nostack, preserves_flags)) };
    }
}

/// The devices of QEMU's board `virt` for LoongArch: each is an address.
#[cfg(target_arch = "loongarch64")]
mod devices {
    use core::fmt::Write;

    const SERIAL: *mut u8 = 0x1fe0_01e0 as *mut u8;
    const FW_CFG: *mut u8 = 0x1e02_0000 as *mut u8;
    const POWER: *mut u8 = 0x100e_001c as *mut u8;

    pub fn send(byte: u8) {
        // The board has its devices there, and no one else uses them.
        unsafe {
            while SERIAL.add(5).read_volatile() & 0x20 == 0 {}
            SERIAL.write_volatile(byte);
        }
    }

    /// Chooses what [`next`] reads.
    pub fn select(key: u16) {
        unsafe { FW_CFG.add(8).cast::<u16>().write_volatile(key.to_be()) };
    }

    pub fn next() -> u8 {
        unsafe { FW_CFG.read_volatile() }
    }

    /// The status goes out as a line, which the launcher takes away, and then the board is switched off: the type of sleep
    /// that ACPI calls S5.
    pub fn end(code: i32) {
        let _ = writeln!(super::Console, "crosskit-status {code:#x}");
        unsafe { POWER.write_volatile(5 << 2 | 0x20) };
    }
}
