//! The limit of a call: a raw exchange between this process and a 32-bit one. Both poll flags in shared memory, arrays are copied
//! 16 bytes at a time, and the library's functions run in the shared memory.

use std::arch::x86_64::__m128i;
use std::mem::MaybeUninit;
use std::ptr::{read_unaligned, read_volatile, write_unaligned, write_volatile};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use bridge32::Transport;
use memmap2::MmapRaw;

use crate::bridge;
use crate::measure::Case;
use crate::result::Result;

/// The shared memory, as in `measured.c`; the arrays follow. Request and reply are on cache lines of their own.
#[repr(C)]
struct Header {
    request: Request,
    reply: Reply,
}

#[repr(C, align(128))]
struct Request {
    /// How many requests there have been.
    count: AtomicU32,
    operation: AtomicU32,
    /// The numbers to add, or the length of an array first.
    numbers: [AtomicI32; 2],
}

#[repr(C, align(128))]
struct Reply {
    count: AtomicU32,
    sum: AtomicI32,
}

/// What the 32-bit process is to do.
#[derive(Clone, Copy)]
enum Operation {
    Add = 0,
    Scale = 1,
    ScalarMultiply = 2,
    End = 3,
}

/// This side of the exchange. Dropping it ends the other side.
pub(crate) struct Exchange {
    map: MmapRaw,
    requests: u32,
    server: Option<JoinHandle<()>>,
    _file: tempfile::NamedTempFile,
}

impl Exchange {
    /// Starts a 32-bit process for arrays of `count` numbers, which is even, because numbers are copied in pairs.
    pub(crate) fn start(count: usize) -> Result<Self> {
        let file = tempfile::NamedTempFile::new_in("/dev/shm")?;
        file.as_file().set_len((size_of::<Header>() + 2 * count * size_of::<f64>()) as u64)?;
        let path = file.path().to_str().ok_or("the path is not UTF-8")?.to_owned();
        let map = MmapRaw::map_raw(&file)?;
        let client = bridge::launch(Transport::Pipe)?;
        let server = std::thread::spawn(move || {
            assert_eq!(client.serve_exchange(&path).expect("the server is running"), 0, "the memory is mapped");
        });
        Ok(Self { map, requests: 0, server: Some(server), _file: file })
    }

    fn header(&self) -> &Header {
        // SAFETY: the mapping is page-aligned, longer than a `Header`, and outlives the reference; all fields are atomics, so the
        // other process may write to them at any time.
        unsafe { &*self.map.as_ptr().cast::<Header>() }
    }

    /// The address of the array that begins with this element of the arrays.
    fn array(&self, element: usize) -> *mut f64 {
        self.map.as_mut_ptr().cast::<f64>().wrapping_add(size_of::<Header>() / size_of::<f64>() + element)
    }

    fn request(&mut self, operation: Operation, numbers: [i32; 2]) {
        self.requests = self.requests.wrapping_add(1);
        let request = &self.header().request;
        request.operation.store(operation as u32, Ordering::Relaxed);
        for (field, number) in request.numbers.iter().zip(numbers) {
            field.store(number, Ordering::Relaxed);
        }
        request.count.store(self.requests, Ordering::Release);
    }

    fn call(&mut self, operation: Operation, numbers: [i32; 2]) {
        self.request(operation, numbers);
        while self.header().reply.count.load(Ordering::Acquire) != self.requests {
            std::hint::spin_loop();
        }
    }

    /// Makes the call `add(1, 2)`.
    pub(crate) fn add(&mut self) {
        self.call(Operation::Add, [1, 2]);
        assert_eq!(self.header().reply.sum.load(Ordering::Relaxed), 3);
    }

    /// Changes numbers in place. There are as many as the exchange was started for.
    fn scale(&mut self, values: &mut [f64]) {
        self.copy_in(values);
        self.call(Operation::Scale, [values.len() as i32, 0]);
        // SAFETY: initialized numbers are valid `MaybeUninit<f64>`, and only initialized ones are written.
        self.copy_out(0, unsafe { &mut *(&raw mut *values as *mut [MaybeUninit<f64>]) });
    }

    /// Multiplies numbers, into a new vector.
    fn scalar_multiply(&mut self, values: &[f64]) -> Vec<f64> {
        self.copy_in(values);
        self.call(Operation::ScalarMultiply, [values.len() as i32, 0]);
        let mut products = Vec::with_capacity(values.len());
        self.copy_out(values.len(), &mut products.spare_capacity_mut()[..values.len()]);
        // SAFETY: these elements were written.
        unsafe { products.set_len(values.len()) };
        products
    }

    /// Copies numbers to the beginning of the arrays.
    fn copy_in(&self, values: &[f64]) {
        let (from, to) = (values.as_ptr().cast::<__m128i>(), self.array(0).cast::<__m128i>());
        for index in 0..size_of_val(values) / size_of::<__m128i>() {
            // SAFETY: the index is within the slice.
            let block = unsafe { read_unaligned(from.wrapping_add(index)) };
            // Volatile, so that the compiler does not replace the loop by a call of `memcpy`, which is slower.
            // SAFETY: the index is within the mapping, which is aligned.
            unsafe { write_volatile(to.wrapping_add(index), block) };
        }
    }

    /// Copies numbers from the arrays.
    fn copy_out(&self, element: usize, values: &mut [MaybeUninit<f64>]) {
        let (from, to) = (self.array(element).cast::<__m128i>(), values.as_mut_ptr().cast::<__m128i>());
        for index in 0..size_of_val(values) / size_of::<__m128i>() {
            // SAFETY: the index is within the mapping, which is aligned, as is every array in it.
            let block = unsafe { read_volatile(from.wrapping_add(index)) };
            // SAFETY: the index is within the slice.
            unsafe { write_unaligned(to.wrapping_add(index), block) };
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.request(Operation::End, [0, 0]);
        // It fails only if the thread has panicked, which was reported.
        let _ = self.server.take().map(JoinHandle::join);
    }
}

pub(crate) fn add(name: &str) -> Result<Case> {
    let mut exchange = Exchange::start(0)?;
    Ok(Case::new(name, move || exchange.add()))
}

/// Measures one of the exchanges after a pause, in which the other process sleeps, too.
pub(crate) fn after_pause(name: &str, pause: Duration, count: u32) -> Result<Case> {
    let mut exchange = Exchange::start(0)?;
    Ok(Case::after_pause(name, pause, count, move || exchange.add()))
}

pub(crate) fn scalar_multiply(name: &str, count: usize) -> Result<Case> {
    let mut exchange = Exchange::start(count)?;
    let values: Vec<_> = (0..count).map(|i| i as f64).collect();
    Ok(Case::new(name, move || {
        let products = exchange.scalar_multiply(&values);
        assert_eq!((products.len(), products[count - 1]), (count, values[count - 1] * 2.0));
    }))
}

pub(crate) fn scale(name: &str, count: usize) -> Result<Case> {
    let mut exchange = Exchange::start(count)?;
    let mut values = vec![1.0; count];
    Ok(Case::new(name, move || {
        let before = values[count - 1];
        exchange.scale(&mut values);
        assert_eq!(values[count - 1], -before);
    }))
}
