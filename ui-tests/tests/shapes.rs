//! The positions and shapes that a trait may have.

use bridge32::bridge32;

#[test]
fn a_trait_may_be_in_a_function() {
    #[bridge32]
    trait Local {
        fn add(&self, a: i32, b: i32) -> i32;
    }

    struct Server;

    impl Local for Server {
        fn add(&self, a: i32, b: i32) -> i32 {
            a + b
        }
    }

    assert_eq!(LocalClient::in_process(Server).add(1, 2).unwrap(), 3);
}

mod private {
    mod deeper {
        #[bridge32::bridge32(lib = "my_lib")]
        pub(in crate::private) trait Restricted {
            fn add(&self, a: i32, b: i32) -> i32;
        }

        #[bridge32::bridge32]
        pub(crate) trait Shared {
            fn double(&self, a: i32) -> i32 {
                2 * a
            }
        }
    }

    pub(crate) use deeper::{Shared, SharedClient};

    struct Server;

    impl deeper::Restricted for Server {
        fn add(&self, a: i32, b: i32) -> i32 {
            a + b
        }
    }

    pub(crate) fn sum() -> Result<i32, bridge32::Error> {
        deeper::RestrictedClient::in_process(Server).add(1, 2)
    }
}

#[test]
fn a_trait_may_be_in_a_private_module() {
    struct Server;

    impl private::Shared for Server {}

    assert_eq!(private::sum().unwrap(), 3);
    assert_eq!(private::SharedClient::in_process(Server).double(4).unwrap(), 8);
}

#[bridge32(lib = "my_lib")]
trait Versions {
    #[cfg(target_pointer_width = "64")]
    fn width(&self, a: u64) -> u64;

    #[cfg(not(target_pointer_width = "64"))]
    fn width(&self, a: u32) -> u32;

    #[cfg(target_os = "none")]
    fn nowhere(&self, missing: Missing) -> Missing;

    #[cfg(not(target_os = "none"))]
    fn last(&self, values: &[i32], #[len_of(values)] n: i32) -> i32;
}

#[test]
fn methods_may_be_under_cfg() {
    struct Server;

    impl Versions for Server {
        #[cfg(target_pointer_width = "64")]
        fn width(&self, a: u64) -> u64 {
            a
        }
        #[cfg(not(target_pointer_width = "64"))]
        fn width(&self, a: u32) -> u32 {
            a
        }
        fn last(&self, values: &[i32]) -> i32 {
            values[values.len() - 1]
        }
    }

    let client = VersionsClient::in_process(Server);
    assert_eq!(client.width(64).unwrap(), 64);
    assert_eq!(client.last(&[1, 2]).unwrap(), 2);
}

#[bridge32]
trait Mutable {
    fn count_down(&self, mut from: u32, mut to: u32) -> Vec<u32> {
        let mut counted = Vec::new();
        while from > to {
            counted.push(from);
            from -= 1;
        }
        to += 1;
        counted.push(to);
        counted
    }
}

#[test]
fn a_body_may_change_its_parameters() {
    struct Server;

    impl Mutable for Server {}

    assert_eq!(MutableClient::in_process(Server).count_down(3, 1).unwrap(), [3, 2, 2]);
}

macro_rules! interface {
    ($name:ident { $($method:ident($($parameter:ident: $ty:ty),*) -> $returns:ty;)* }) => {
        #[bridge32(lib = "my_lib")]
        trait $name {
            $(fn $method(&self, $($parameter: $ty),*) -> $returns;)*
            fn twice(&self, values: &[i32], #[len_of(values)] n: i32) -> i32;
        }
    };
}

interface! {
    Generated {
        add(a: i32, b: &i32) -> i32;
        length(text: &str, other: Option<&str>) -> u64;
        sum(values: &[f64]) -> f64;
        name() -> String;
    }
}

#[test]
fn a_macro_may_expand_to_a_trait() {
    struct Server;

    impl Generated for Server {
        fn add(&self, a: i32, b: &i32) -> i32 {
            a + b
        }
        fn length(&self, text: &str, other: Option<&str>) -> u64 {
            (text.len() + other.map_or(0, str::len)) as u64
        }
        fn sum(&self, values: &[f64]) -> f64 {
            values.iter().sum()
        }
        fn name(&self) -> String {
            "name".to_owned()
        }
        fn twice(&self, values: &[i32]) -> i32 {
            2 * values[0]
        }
    }

    let client = GeneratedClient::in_process(Server);
    assert_eq!(client.add(1, &2).unwrap(), 3);
    assert_eq!(client.length("ab", Some("c")).unwrap(), 3);
    assert_eq!(client.sum(&[1.0, 2.0]).unwrap(), 3.0);
    assert_eq!(client.name().unwrap(), "name");
    assert_eq!(client.twice(&[2]).unwrap(), 4);
}

#[bridge32]
trait Empty {}

#[bridge32(lib = "my_lib")]
trait EmptyLib: Send {}

#[test]
fn a_trait_may_have_no_methods() {
    struct Server;

    impl Empty for Server {}

    impl EmptyLib for Server {}

    EmptyClient::in_process(Server).shutdown().unwrap();
    EmptyLibClient::in_process(Server).shutdown().unwrap();
}

#[bridge32(lib = "my_lib")]
trait Large {
    fn m0(&self, a: i32) -> i32;
    fn m1(&self, a: i32) -> i32;
    fn m2(&self, a: i32) -> i32;
    fn m3(&self, a: i32) -> i32;
    fn m4(&self, a: i32) -> i32;
    fn m5(&self, a: i32) -> i32;
    fn m6(&self, a: i32) -> i32;
    fn m7(&self, a: i32) -> i32;
    fn m8(&self, a: i32) -> i32;
    fn m9(&self, a: i32) -> i32;
    fn m10(&self, a: i32) -> i32;
    fn m11(&self, a: i32) -> i32;
    fn m12(&self, a: i32) -> i32;
    fn m13(&self, a: i32) -> i32;
    fn m14(&self, a: i32) -> i32;
    fn m15(&self, a: i32) -> i32;
    fn m16(&self, a: i32) -> i32;
    fn m17(&self, a: i32) -> i32;
    fn m18(&self, a: i32) -> i32;
    fn m19(&self, a: i32) -> i32;
    fn m20(&self, a: i32) -> i32;
    fn m21(&self, a: i32) -> i32;
    fn m22(&self, a: i32) -> i32;
    fn m23(&self, a: i32) -> i32;
    fn m24(&self, a: i32) -> i32;
    fn m25(&self, a: i32) -> i32;
    fn m26(&self, a: i32) -> i32;
    fn m27(&self, a: i32) -> i32;
    fn m28(&self, a: i32) -> i32;
    fn m29(&self, a: i32) -> i32;
    fn m30(&self, a: i32) -> i32;
    fn m31(&self, a: i32) -> i32;
    fn m32(&self, a: i32) -> i32;
    fn m33(&self, a: i32) -> i32;
    fn m34(&self, a: i32) -> i32;
    fn m35(&self, a: i32) -> i32;
    fn m36(&self, a: i32) -> i32;
    fn m37(&self, a: i32) -> i32;
    fn m38(&self, a: i32) -> i32;
    fn m39(&self, a: i32) -> i32;
    fn m40(&self, a: i32) -> i32;
    fn m41(&self, a: i32) -> i32;
    fn m42(&self, a: i32) -> i32;
    fn m43(&self, a: i32) -> i32;
    fn m44(&self, a: i32) -> i32;
    fn m45(&self, a: i32) -> i32;
    fn m46(&self, a: i32) -> i32;
    fn m47(&self, a: i32) -> i32;
    fn m48(&self, a: i32) -> i32;
    fn m49(&self, a: i32) -> i32;
    fn m50(&self, a: i32) -> i32;
    fn m51(&self, a: i32) -> i32;
    fn m52(&self, a: i32) -> i32;
    fn m53(&self, a: i32) -> i32;
    fn m54(&self, a: i32) -> i32;
    fn m55(&self, a: i32) -> i32;
    fn m56(&self, a: i32) -> i32;
    fn m57(&self, a: i32) -> i32;
    fn m58(&self, a: i32) -> i32;
    fn m59(&self, a: i32) -> i32;
}

#[test]
fn a_trait_may_have_sixty_methods() {
    struct Server;

    impl Large for Server {
        fn m0(&self, a: i32) -> i32 {
            a
        }
        fn m1(&self, a: i32) -> i32 {
            a + 1
        }
        fn m2(&self, a: i32) -> i32 {
            a + 2
        }
        fn m3(&self, a: i32) -> i32 {
            a + 3
        }
        fn m4(&self, a: i32) -> i32 {
            a + 4
        }
        fn m5(&self, a: i32) -> i32 {
            a + 5
        }
        fn m6(&self, a: i32) -> i32 {
            a + 6
        }
        fn m7(&self, a: i32) -> i32 {
            a + 7
        }
        fn m8(&self, a: i32) -> i32 {
            a + 8
        }
        fn m9(&self, a: i32) -> i32 {
            a + 9
        }
        fn m10(&self, a: i32) -> i32 {
            a + 10
        }
        fn m11(&self, a: i32) -> i32 {
            a + 11
        }
        fn m12(&self, a: i32) -> i32 {
            a + 12
        }
        fn m13(&self, a: i32) -> i32 {
            a + 13
        }
        fn m14(&self, a: i32) -> i32 {
            a + 14
        }
        fn m15(&self, a: i32) -> i32 {
            a + 15
        }
        fn m16(&self, a: i32) -> i32 {
            a + 16
        }
        fn m17(&self, a: i32) -> i32 {
            a + 17
        }
        fn m18(&self, a: i32) -> i32 {
            a + 18
        }
        fn m19(&self, a: i32) -> i32 {
            a + 19
        }
        fn m20(&self, a: i32) -> i32 {
            a + 20
        }
        fn m21(&self, a: i32) -> i32 {
            a + 21
        }
        fn m22(&self, a: i32) -> i32 {
            a + 22
        }
        fn m23(&self, a: i32) -> i32 {
            a + 23
        }
        fn m24(&self, a: i32) -> i32 {
            a + 24
        }
        fn m25(&self, a: i32) -> i32 {
            a + 25
        }
        fn m26(&self, a: i32) -> i32 {
            a + 26
        }
        fn m27(&self, a: i32) -> i32 {
            a + 27
        }
        fn m28(&self, a: i32) -> i32 {
            a + 28
        }
        fn m29(&self, a: i32) -> i32 {
            a + 29
        }
        fn m30(&self, a: i32) -> i32 {
            a + 30
        }
        fn m31(&self, a: i32) -> i32 {
            a + 31
        }
        fn m32(&self, a: i32) -> i32 {
            a + 32
        }
        fn m33(&self, a: i32) -> i32 {
            a + 33
        }
        fn m34(&self, a: i32) -> i32 {
            a + 34
        }
        fn m35(&self, a: i32) -> i32 {
            a + 35
        }
        fn m36(&self, a: i32) -> i32 {
            a + 36
        }
        fn m37(&self, a: i32) -> i32 {
            a + 37
        }
        fn m38(&self, a: i32) -> i32 {
            a + 38
        }
        fn m39(&self, a: i32) -> i32 {
            a + 39
        }
        fn m40(&self, a: i32) -> i32 {
            a + 40
        }
        fn m41(&self, a: i32) -> i32 {
            a + 41
        }
        fn m42(&self, a: i32) -> i32 {
            a + 42
        }
        fn m43(&self, a: i32) -> i32 {
            a + 43
        }
        fn m44(&self, a: i32) -> i32 {
            a + 44
        }
        fn m45(&self, a: i32) -> i32 {
            a + 45
        }
        fn m46(&self, a: i32) -> i32 {
            a + 46
        }
        fn m47(&self, a: i32) -> i32 {
            a + 47
        }
        fn m48(&self, a: i32) -> i32 {
            a + 48
        }
        fn m49(&self, a: i32) -> i32 {
            a + 49
        }
        fn m50(&self, a: i32) -> i32 {
            a + 50
        }
        fn m51(&self, a: i32) -> i32 {
            a + 51
        }
        fn m52(&self, a: i32) -> i32 {
            a + 52
        }
        fn m53(&self, a: i32) -> i32 {
            a + 53
        }
        fn m54(&self, a: i32) -> i32 {
            a + 54
        }
        fn m55(&self, a: i32) -> i32 {
            a + 55
        }
        fn m56(&self, a: i32) -> i32 {
            a + 56
        }
        fn m57(&self, a: i32) -> i32 {
            a + 57
        }
        fn m58(&self, a: i32) -> i32 {
            a + 58
        }
        fn m59(&self, a: i32) -> i32 {
            a + 59
        }
    }

    let client = LargeClient::in_process(Server);
    assert_eq!(client.m0(1).unwrap(), 1);
    assert_eq!(client.m31(1).unwrap(), 32);
    assert_eq!(client.m59(1).unwrap(), 60);
}

#[test]
fn arrays_of_any_length_go_to_any_server() {
    #[bridge32(lib = "curves")]
    trait Curves {
        fn fit(&self, points: &[[f64; 2]; 40], curve: &mut [f64; 33], #[out] spread: [f32; 2]) -> i32;
        fn count(&self, flags: Option<&[bool; 50]>) -> u32 {
            flags.map_or(0, |flags| flags.iter().map(|flag| u32::from(*flag)).sum())
        }
    }

    struct Server;

    impl Curves for Server {
        fn fit(&self, points: &[[f64; 2]; 40], curve: &mut [f64; 33]) -> (i32, [f32; 2]) {
            curve.copy_from_slice(&points.as_flattened()[..33]);
            (7, [0.5; 2])
        }
    }

    let client = CurvesClient::in_process(Server);
    let (points, mut curve) = (std::array::from_fn(|i| [i as f64, -1.0]), [0.0; 33]);
    assert_eq!(client.fit(&points, &mut curve).unwrap(), (7, [0.5; 2]));
    assert_eq!((curve[1], curve[32]), (-1.0, 16.0));
    assert_eq!(client.count(Some(&[true; 50])).unwrap(), 50);
    assert_eq!(client.count(None).unwrap(), 0);
}
