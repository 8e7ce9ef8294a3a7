//! Types, constants and modules of the user may have any name, including those that generated code is likely to use.

#![allow(
    non_camel_case_types,
    non_upper_case_globals,
    dead_code,
    unreachable_pub,
    reason = "the names are what is tested"
)]

use bridge32::{Bridge, Handle, Registration, UserData, bridge32};

/// Names like those of type parameters, of local variables, and of earlier versions of the generated code.
mod taken {
    use super::{Bridge, Handle};

    macro_rules! records {
        ($($name:ident)*) => {$(
            #[derive(Debug, Clone, Copy, PartialEq, Bridge)]
            #[repr(C)]
            pub struct $name {
                pub value: i32,
            }
        )*};
    }

    records!(S C D P T U R A B F I K M N O V W X Y Z);
    records!(Server Sink Results Pendings Returned Function Batch Client __Function __Returns __P0 __Numbers __Twin);

    /// Variants that are named like associated types.
    #[derive(Debug, Clone, Copy, PartialEq, Bridge)]
    #[repr(i32)]
    pub enum E {
        C = 1,
        Value = 2,
        Error = 3,
        Ok = 4,
        Output = 5,
    }

    /// Fields that are named like local variables.
    #[derive(Debug, Clone, PartialEq, Bridge)]
    #[repr(C)]
    pub struct Q {
        pub scope: S,
        pub value: C,
        pub serializer: [D; 2],
        #[len_of(deserializer)]
        pub field_0: i32,
        pub deserializer: Vec<P>,
        pub record: E,
        pub handle: Handle<S>,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Bridge)]
    #[repr(transparent)]
    pub struct L(pub u32);

    pub type G = S;

    macro_rules! constants {
        ($($name:ident)*) => { $(pub const $name: i32 = 0;)* };
    }

    constants! {
        answer answered argument_1 argument_2 arguments batch call calls closure dirs encoder decoder function handle key lent library length
        method mode name number opened os_error outcome part_0 path place record registered result_0 returned
        returned_length room scope server session slot_a value variable written DESCRIPTION ELEMENTS ROW COLUMN
        __NUMBER_OF_add field_0 serializer deserializer
    }
}

use taken::*;

#[bridge32(lib = "my_lib", remote = [S, C], args = D)]
trait Shadowed {
    fn by_value(&self, #[out] o: S, x: C, y: D) -> P;
    fn by_pointer(&self, a: &S, b: &mut C, #[out] c: D, #[out] d: E) -> E;
    fn slices(&self, s: &[S], c: &mut [C], #[len_of(s, c)] n: i32) -> i32;
    fn buffers(&self, #[out(len = 2)] s: Vec<S>, #[out(cap = 4, len = ret)] d: Vec<D>) -> i32;
    #[returns(len = 3)]
    #[free_with("give_back")]
    fn returned(&self) -> Vec<T>;
    fn records(&self, q: Q, l: L, g: G) -> R;
    fn open(&self, #[out] h: Handle<S>) -> Handle<C>;
    fn close(&self, #[closes] h: Handle<S>);
    fn visit(&self, f: fn(ctx: UserData, s: S, c: &C, d: &mut D, #[out] p: P) -> E, ctx: UserData) -> U;
    fn watch(&self, #[registered] f: fn(a: &[S], #[len_of(a)] n: i32) -> T);
    fn unnamed(&self, f: fn(S, &C) -> E) -> E;
    #[global]
    fn level(&self) -> U;
    #[check(ret > 0)]
    #[errno]
    fn types(&self, a: A, b: B, f: F, i: I, k: K, m: M) -> i32;
    fn more_types(&self, n: N, o: O, v: V, w: W, x: X, y: Y) -> Z;
    fn words(&self, s: Server, k: Sink, r: Results, p: Pendings) -> i32;
    fn more_words(&self, t: Returned, f: Function, b: Batch) -> Client;
    fn old(&self, f: __Function, r: __Returns, p: __P0, n: __Numbers) -> __Twin;
    fn in_rust(&self, s: &S, c: &mut C, d: &[D], e: Vec<E>) -> Result<P, T> {
        let _ = (s, d);
        c.value += e.len() as i32;
        if c.value > 100 { Err(T { value: c.value }) } else { Ok(P { value: c.value }) }
    }
}

struct Mock;

impl Shadowed for Mock {
    fn by_value(&self, x: C, y: D) -> (P, S) {
        (P { value: x.value + y.value }, S { value: x.value })
    }
    fn by_pointer(&self, a: &S, b: &mut C) -> (E, D, E) {
        b.value += a.value;
        (E::C, D { value: b.value }, E::Output)
    }
    fn slices(&self, s: &[S], c: &mut [C]) -> i32 {
        c[0].value = s[0].value;
        s.len() as i32
    }
    fn buffers(&self) -> (i32, Vec<S>, Vec<D>) {
        (1, vec![S { value: 1 }, S { value: 2 }], vec![D { value: 3 }])
    }
    fn returned(&self) -> Vec<T> {
        vec![T { value: 5 }]
    }
    fn records(&self, q: Q, l: L, g: G) -> R {
        R { value: q.scope.value + q.deserializer.len() as i32 + l.0 as i32 + g.value }
    }
    fn open(&self) -> (Handle<C>, Handle<S>) {
        (Handle::new(1), Handle::new(2))
    }
    fn close(&self, _: Handle<S>) {}
    fn visit(&self, f: &mut (dyn FnMut(S, &C, &mut D) -> (E, P) + Send)) -> U {
        let mut d = D { value: 3 };
        let (e, p) = f(S { value: 1 }, &C { value: 2 }, &mut d);
        U { value: e as i32 + p.value + d.value }
    }
    fn watch(&self, mut f: Box<dyn FnMut(&[S]) -> T + Send>) -> Registration {
        f(&[]);
        Registration::none()
    }
    fn unnamed(&self, f: &mut (dyn FnMut(S, &C) -> E + Send)) -> E {
        f(S { value: 1 }, &C { value: 2 })
    }
    fn level(&self) -> U {
        U { value: 7 }
    }
    fn types(&self, a: A, _: B, _: F, _: I, _: K, m: M) -> i32 {
        a.value + m.value
    }
    fn more_types(&self, n: N, _: O, _: V, _: W, _: X, _: Y) -> Z {
        Z { value: n.value }
    }
    fn words(&self, s: Server, _: Sink, _: Results, p: Pendings) -> i32 {
        s.value + p.value
    }
    fn more_words(&self, t: Returned, _: Function, _: Batch) -> Client {
        Client { value: t.value }
    }
    fn old(&self, f: __Function, _: __Returns, _: __P0, _: __Numbers) -> __Twin {
        __Twin { value: f.value }
    }
}

#[test]
fn types_may_have_any_name() {
    let client = ShadowedClient::in_process(Mock);
    let (s, c, d) = (S { value: 1 }, C { value: 2 }, D { value: 3 });
    assert_eq!(client.by_value(c, d).unwrap(), (P { value: 5 }, S { value: 2 }));
    let mut changed = c;
    assert_eq!(client.by_pointer(&s, &mut changed).unwrap(), (E::C, D { value: 3 }, E::Output));
    assert_eq!(client.slices(&[s], &mut [changed]).unwrap(), 1);
    assert_eq!(client.buffers().unwrap().2, [D { value: 3 }]);
    assert_eq!(client.returned().unwrap(), [T { value: 5 }]);
    let (p, h) = (P { value: 4 }, Handle::new(1));
    let q =
        Q { scope: s, value: c, serializer: [d; 2], field_0: 0, deserializer: vec![p, p], record: E::Value, handle: h };
    assert_eq!(client.records(q, L(4), s).unwrap(), R { value: 8 });
    assert_eq!(client.open().unwrap(), (Handle::new(1), Handle::new(2)));
    client.close(Handle::new(2)).unwrap();
    let visit = |s: S, c: &C, d: &mut D| {
        d.value = 10;
        (E::Error, P { value: s.value + c.value })
    };
    assert_eq!(client.visit(visit).unwrap(), U { value: 16 });
    drop(client.watch(|_: &[S]| T { value: 1 }).unwrap());
    assert_eq!(client.unnamed(|_: S, c: &C| if c.value == 2 { E::Ok } else { E::C }).unwrap(), E::Ok);
    assert_eq!(client.level().unwrap(), U { value: 7 });
    let (first, second) = client.batch(|b| (b.level(), b.by_value(c, d))).unwrap();
    assert_eq!((first.unwrap(), second.unwrap().0), (U { value: 7 }, P { value: 5 }));
    let mut c = C { value: 100 };
    assert!(client.in_rust(&s, &mut c, &[d], vec![E::C]).is_err());
}

/// Traits that are named like type parameters.
mod traits {
    use bridge32::bridge32;

    macro_rules! interfaces {
        ($($name:ident)*) => {$(
            #[bridge32(lib = "my_lib", threads = "multi")]
            pub trait $name {
                fn add(&self, a: i32, b: &[i32], #[len_of(b)] n: i32) -> i32;
                fn visit(&self, f: fn(i32) -> i32) -> i32;
            }
        )*};
    }

    interfaces!(S C D P E T U R Client Batch Library Server);

    #[test]
    fn traits_may_have_any_name() {
        struct Mock;

        impl S for Mock {
            fn add(&self, a: i32, b: &[i32]) -> i32 {
                a + b[0]
            }
            fn visit(&self, f: &mut (dyn FnMut(i32) -> i32 + Send)) -> i32 {
                f(1)
            }
        }

        let client = SClient::in_process(Mock);
        assert_eq!(client.add(1, &[2]).unwrap(), 3);
        assert_eq!(client.visit(|x| x + 1).unwrap(), 2);
        assert_eq!(client.batch(|b| b.add(1, &[3])).unwrap().unwrap(), 4);
    }
}

/// A renamed crate that is named like a type parameter.
mod renamed {
    use bridge32 as P;

    #[P::bridge32(lib = "my_lib", crate = P)]
    trait Renamed {
        fn add(&self, a: i32, b: &[i32], #[len_of(b)] n: i32) -> i32;
    }

    #[derive(Debug, Clone, Copy, PartialEq, P::Bridge)]
    #[repr(C)]
    #[bridge(crate = P)]
    struct S {
        value: i32,
    }

    #[test]
    fn the_crate_may_have_any_name() {
        struct Mock;

        impl Renamed for Mock {
            fn add(&self, a: i32, b: &[i32]) -> i32 {
                a + b[0]
            }
        }

        let client = RenamedClient::in_process(Mock);
        assert_eq!(client.batch(|b| b.add(1, &[2])).unwrap().unwrap(), 3);
    }
}
