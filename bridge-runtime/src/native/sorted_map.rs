//! A map for a few numbers that come and go with every call.

/// A map from numbers to values, sorted by number, that keeps its memory when it becomes empty.
///
/// A call with a closure inserts one or two entries and removes them again. The maps of the standard library would
/// allocate for that on each call (`BTreeMap`), or hash (`HashMap`); a warm call allocates nothing, which
/// `tests/tests/allocations.rs` checks.
#[derive(Debug)]
pub(super) struct SortedMap<T>(Vec<(u32, T)>);

impl<T> SortedMap<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Inserts a value, unless the number has one; returns whether it was inserted.
    pub(super) fn insert(&mut self, key: u32, value: T) -> bool {
        let place = self.place(key);
        if let Err(place) = place {
            self.0.insert(place, (key, value));
        }
        place.is_err()
    }

    pub(super) fn get(&self, key: u32) -> Option<&T> {
        self.place(key).ok().map(|place| &self.0[place].1)
    }

    pub(super) fn get_mut(&mut self, key: u32) -> Option<&mut T> {
        self.place(key).ok().map(|place| &mut self.0[place].1)
    }

    pub(super) fn remove(&mut self, key: u32) -> Option<T> {
        self.place(key).ok().map(|place| self.0.remove(place).1)
    }

    /// The index of the number, or where it belongs.
    fn place(&self, key: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&key, |(key, _)| *key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_their_numbers() {
        let mut sorted = SortedMap::new();
        for key in [5, 1, 9, 3] {
            assert!(sorted.insert(key, key * 10));
        }
        assert!(!sorted.insert(3, 31));
        assert_eq!([1, 2, 3, 5, 9].map(|key| sorted.get(key).copied()), [Some(10), None, Some(30), Some(50), Some(90)]);
        assert_eq!((sorted.remove(3), sorted.remove(3), sorted.get(5)), (Some(30), None, Some(&50)));
    }
}
