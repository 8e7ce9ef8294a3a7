//! Copies bytes into and out of memory that another process may write to at the same time.
//!
//! To Rust, such memory consists of atomics, so that whatever the other process does there is not a data race. Copying one atomic
//! after the other is slow, because the compiler does not combine them. So on x86 most of the bytes are copied 64 at a time by
//! inline assembly, of which the compiler knows only that it reads or writes the memory.
//!
//! Why that is sound: the assembly stands for a relaxed atomic load or store of each byte. It does with the shared memory
//! nothing that a sequence of such operations could not do, in any order and with any bytes of the other process in between. No
//! value of more than a byte is assumed to be read or written at once, and all bytes are valid for what is read. The order in
//! which the bytes become visible is that of the counter or message that announces them: the compiler moves no atomic operation
//! across assembly that accesses memory, and x86 keeps the order of stores, and of loads.
//!
//! Miri and other processors use the atomics.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of an atomic.
const WORD: usize = size_of::<AtomicU64>();

/// Copies `bytes` to the beginning of `memory`. If the last word is written in part, the rest of it becomes zero.
///
/// # Panics
/// If `memory` is shorter.
#[inline]
pub(crate) fn write(memory: &[AtomicU64], bytes: &[u8]) {
    let memory = &memory[..bytes.len().div_ceil(WORD)];
    let copied = wide::write(memory, bytes);
    let (whole, rest) = bytes[copied..].as_chunks::<WORD>();
    let memory = &memory[copied / WORD..];
    for (word, bytes) in memory.iter().zip(whole) {
        word.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
    }
    if !rest.is_empty() {
        let mut last = [0; WORD];
        last[..rest.len()].copy_from_slice(rest);
        memory[whole.len()].store(u64::from_ne_bytes(last), Ordering::Relaxed);
    }
}

/// Copies the beginning of `memory` to `into`, all of which is then initialized.
///
/// # Panics
/// If `memory` is shorter.
#[inline]
pub(crate) fn read(memory: &[AtomicU64], into: &mut [MaybeUninit<u8>]) {
    let memory = &memory[..into.len().div_ceil(WORD)];
    let copied = wide::read(memory, into);
    let (whole, rest) = into[copied..].as_chunks_mut::<WORD>();
    let memory = &memory[copied / WORD..];
    for (bytes, word) in whole.iter_mut().zip(memory) {
        *bytes = word.load(Ordering::Relaxed).to_ne_bytes().map(MaybeUninit::new);
    }
    if !rest.is_empty() {
        let last = memory[whole.len()].load(Ordering::Relaxed).to_ne_bytes();
        for (byte, last) in rest.iter_mut().zip(last) {
            byte.write(last);
        }
    }
}

/// As [`read`], over bytes that are initialized.
///
/// # Panics
/// If `memory` is shorter.
#[inline]
pub(crate) fn read_over(memory: &[AtomicU64], into: &mut [u8]) {
    // SAFETY: initialized bytes are valid `MaybeUninit<u8>`, and `read` writes only initialized bytes through this reference, so
    // they stay initialized.
    let into = unsafe { &mut *(&raw mut *into as *mut [MaybeUninit<u8>]) };
    read(memory, into);
}

/// Fills `memory` with zeros.
pub(crate) fn clear(memory: &[AtomicU64]) {
    let cleared = wide::clear(memory);
    for word in &memory[cleared / WORD..] {
        word.store(0, Ordering::Relaxed);
    }
}

/// As many whole blocks of 64 bytes as there are, with SSE2. Each function returns how many bytes that was.
#[cfg(all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2", not(miri)))]
mod wide {
    use std::arch::asm;
    use std::mem::MaybeUninit;
    use std::sync::atomic::AtomicU64;

    const BLOCK: usize = 64;

    #[inline]
    pub(super) fn write(memory: &[AtomicU64], bytes: &[u8]) -> usize {
        let blocks = bytes.len().min(size_of_val(memory)) / BLOCK;
        if blocks > 0 {
            // SAFETY: both slices have as many bytes, and atomics may be written through a shared reference.
            unsafe { copy(bytes.as_ptr(), memory.as_ptr().cast_mut().cast(), blocks) };
        }
        blocks * BLOCK
    }

    #[inline]
    pub(super) fn read(memory: &[AtomicU64], into: &mut [MaybeUninit<u8>]) -> usize {
        let blocks = into.len().min(size_of_val(memory)) / BLOCK;
        if blocks > 0 {
            // SAFETY: both slices have as many bytes, and `into` is this function's alone.
            unsafe { copy(memory.as_ptr().cast(), into.as_mut_ptr().cast(), blocks) };
        }
        blocks * BLOCK
    }

    #[inline]
    pub(super) fn clear(memory: &[AtomicU64]) -> usize {
        let blocks = size_of_val(memory) / BLOCK;
        if blocks > 0 {
            // SAFETY: the memory has as many bytes, and atomics may be written through a shared reference.
            unsafe {
                asm!(
                    "xorps {zero}, {zero}",
                    "2:",
                    "movups [{to}], {zero}",
                    "movups [{to} + 16], {zero}",
                    "movups [{to} + 32], {zero}",
                    "movups [{to} + 48], {zero}",
                    "add {to}, 64",
                    "dec {blocks}",
                    "jnz 2b",
                    to = inout(reg) memory.as_ptr() => _,
                    blocks = inout(reg) blocks => _,
                    zero = out(xmm_reg) _,
                    options(nostack),
                );
            }
        }
        blocks * BLOCK
    }

    /// Copies `blocks` blocks, at least one.
    ///
    /// # Safety
    /// There are as many bytes at `from`, which may be read, and at `to`, which may be written. They do not overlap.
    unsafe fn copy(from: *const u8, to: *mut u8, blocks: usize) {
        // SAFETY: guaranteed by the caller: the bytes may be read and written.
        unsafe {
            asm!(
                "2:",
                "movups {a}, [{from}]",
                "movups {b}, [{from} + 16]",
                "movups {c}, [{from} + 32]",
                "movups {d}, [{from} + 48]",
                "movups [{to}], {a}",
                "movups [{to} + 16], {b}",
                "movups [{to} + 32], {c}",
                "movups [{to} + 48], {d}",
                "add {from}, 64",
                "add {to}, 64",
                "dec {blocks}",
                "jnz 2b",
                from = inout(reg) from => _,
                to = inout(reg) to => _,
                blocks = inout(reg) blocks => _,
                a = out(xmm_reg) _,
                b = out(xmm_reg) _,
                c = out(xmm_reg) _,
                d = out(xmm_reg) _,
                options(nostack),
            );
        }
    }
}

/// Nothing is copied here: the atomics do it all.
#[cfg(not(all(any(target_arch = "x86", target_arch = "x86_64"), target_feature = "sse2", not(miri))))]
mod wide {
    use std::mem::MaybeUninit;
    use std::sync::atomic::AtomicU64;

    pub(super) fn write(_: &[AtomicU64], _: &[u8]) -> usize {
        0
    }

    pub(super) fn read(_: &[AtomicU64], _: &mut [MaybeUninit<u8>]) -> usize {
        0
    }

    pub(super) fn clear(_: &[AtomicU64]) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(words: usize) -> Vec<AtomicU64> {
        (0..words).map(|_| AtomicU64::new(u64::MAX)).collect()
    }

    #[test]
    fn any_length_from_any_address_is_copied() {
        let source: Vec<u8> = (1..=255).cycle().take(500).collect();
        for length in 0..400 {
            for offset in [0, 1, 7] {
                let bytes = &source[offset..][..length];
                let memory = memory(60);
                write(&memory, bytes);
                let written = length.next_multiple_of(WORD);
                let mut all = vec![7; 60 * WORD];
                read_over(&memory, &mut all);
                assert_eq!(&all[..length], bytes);
                assert!(all[length..written].iter().all(|byte| *byte == 0), "{length}");
                assert!(
                    all[written..].iter().all(|byte| *byte == 255),
                    "{length}: nothing is written after the last word"
                );

                let mut part = vec![7; length + 2 * offset];
                read_over(&memory, &mut part[offset..][..length]);
                assert_eq!(&part[offset..][..length], bytes);
                assert!(part[..offset].iter().chain(&part[offset + length..]).all(|byte| *byte == 7));
            }
        }
    }

    #[test]
    fn any_length_is_cleared() {
        for words in 0..40 {
            let memory = memory(50);
            clear(&memory[3..][..words]);
            let values: Vec<_> = memory.iter().map(|word| word.load(Ordering::Relaxed)).collect();
            assert!(values[3..][..words].iter().all(|value| *value == 0));
            assert!(values[..3].iter().chain(&values[3 + words..]).all(|value| *value == u64::MAX));
        }
    }

    #[test]
    #[should_panic = "out of range"]
    fn nothing_is_written_beyond_the_memory() {
        write(&memory(2), &[0; 17]);
    }

    #[test]
    fn what_another_thread_writes_meanwhile_is_read_as_some_bytes() {
        let memory = memory(1000);
        std::thread::scope(|scope| {
            scope.spawn(|| (0..100).for_each(|value| write(&memory, &[value; 8000])));
            let mut bytes = vec![0; 8000];
            for _ in 0..100 {
                read_over(&memory, &mut bytes);
                assert!(bytes.iter().all(|byte| *byte < 100 || *byte == 255));
            }
        });
    }
}
