/// A library.
pub trait Thin {
    /// Adds.
    fn add(&self, a: i32, b: i32) -> i32;
    fn mean(&self, values: &[f64]) -> f64;
    fn sum(&self, values: &[i32]) -> Result<i32, String> {
        values.iter().try_fold(0, |sum, value| Ok(self.add(sum, *value)))
    }
    #[doc(hidden)]
    fn __bridge32_library(&self) -> ::core::option::Option<&ThinLibrary> {
        ::core::option::Option::None
    }
}
///Calls the methods of [`Thin`] in a server, which may be a process of another width. Clones share the server; it ends with the last of them.
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ThinClient {
    session: ::bridge32::__private::Session,
}
///Calls of the methods of [`Thin`] that are made in one round trip; see [`ThinClient::batch`].
#[derive(::core::fmt::Debug)]
pub struct ThinBatch<'b> {
    batch: ::bridge32::__private::Batch<'b>,
}
///Implements [`Thin`] by calling the library in this process. In the 32-bit server that is the 32-bit library; a 64-bit program can load a 64-bit build of it without a bridge.
#[derive(::core::fmt::Debug)]
pub struct ThinLibrary {
    library: ::bridge32::__private::NativeLibrary,
    /// The library need not bear calls from several threads at once.
    _threads: ::core::marker::PhantomData<::core::cell::Cell<()>>,
}
const _: () = {
    #[allow(non_camel_case_types)]
    enum __Numbers {
        add,
        mean,
        sum,
    }
    #[allow(non_upper_case_globals)]
    const __NUMBER_OF_add: ::core::primitive::u32 = __Numbers::add
        as ::core::primitive::u32;
    #[allow(non_upper_case_globals)]
    const __NUMBER_OF_mean: ::core::primitive::u32 = __Numbers::mean
        as ::core::primitive::u32;
    #[allow(non_upper_case_globals)]
    const __NUMBER_OF_sum: ::core::primitive::u32 = __Numbers::sum
        as ::core::primitive::u32;
    #[automatically_derived]
    impl ::bridge32::__private::Interface for dyn Thin {
        type Args = ();
        fn description() -> &'static ::bridge32::__private::Description {
            static DESCRIPTION: ::bridge32::__private::Description = ::bridge32::__private::Description {
                name: "Thin",
                server: "thin-server32",
                version: ::core::env!("CARGO_PKG_VERSION"),
                library: ::core::option::Option::Some(
                    ::bridge32::__private::LibraryName::Native("thin"),
                ),
                threads: ::bridge32::__private::Threads::Single,
                apartment: ::core::option::Option::None,
                methods: &[
                    ::bridge32::__private::Method {
                        name: "add",
                        parameters: &[
                            ::bridge32::__private::Parameter {
                                name: "a",
                                shape: ::bridge32::__private::interface::value::<
                                    <i32 as ::bridge32::__private::Native>::Value,
                                >,
                            },
                            ::bridge32::__private::Parameter {
                                name: "b",
                                shape: ::bridge32::__private::interface::value::<
                                    <i32 as ::bridge32::__private::Native>::Value,
                                >,
                            },
                        ],
                        returns: ::bridge32::__private::interface::value::<
                            <i32 as ::bridge32::__private::NativeReturn>::Value,
                        >,
                        target: ::core::option::Option::Some(
                            ::bridge32::__private::Target::Native(::bridge32::__private::NativeFunction {
                                symbol: ::bridge32::__private::Symbol::Name("add"),
                                is_variable: false,
                                free_with: ::core::option::Option::None,
                                abi: ::bridge32::__private::Abi::Stdcall,
                                optional: false,
                                stack_bytes: ::bridge32::__private::interface::stack_bytes(
                                    &[
                                        ::core::mem::size_of::<
                                            <<i32 as ::bridge32::__private::Native>::Value as ::bridge32::__private::Native>::C,
                                        >(),
                                        ::core::mem::size_of::<
                                            <<i32 as ::bridge32::__private::Native>::Value as ::bridge32::__private::Native>::C,
                                        >(),
                                    ],
                                ),
                                returns: ::bridge32::__private::CType::Value(
                                    <<i32 as ::bridge32::__private::NativeReturn>::Value as ::bridge32::__private::NativeReturn>::C_NAME,
                                ),
                                parameters: &[
                                    (
                                        ::bridge32::__private::CType::Value(
                                            <<i32 as ::bridge32::__private::Native>::Value as ::bridge32::__private::Native>::C_NAME,
                                        ),
                                        "a",
                                    ),
                                    (
                                        ::bridge32::__private::CType::Value(
                                            <<i32 as ::bridge32::__private::Native>::Value as ::bridge32::__private::Native>::C_NAME,
                                        ),
                                        "b",
                                    ),
                                ],
                            }),
                        ),
                        timeout: ::core::option::Option::None,
                    },
                    ::bridge32::__private::Method {
                        name: "mean",
                        parameters: &[
                            ::bridge32::__private::Parameter {
                                name: "values",
                                shape: ::bridge32::__private::interface::slice::<
                                    <f64 as ::bridge32::__private::Native>::Value,
                                >,
                            },
                            ::bridge32::__private::Parameter {
                                name: "n",
                                shape: ::bridge32::__private::interface::value::<
                                    <i32 as ::bridge32::__private::IsLength>::Value,
                                >,
                            },
                        ],
                        returns: ::bridge32::__private::interface::value::<
                            <f64 as ::bridge32::__private::NativeReturn>::Value,
                        >,
                        target: ::core::option::Option::Some(
                            ::bridge32::__private::Target::Native(::bridge32::__private::NativeFunction {
                                symbol: ::bridge32::__private::Symbol::Name("mean"),
                                is_variable: false,
                                free_with: ::core::option::Option::None,
                                abi: ::bridge32::__private::Abi::Stdcall,
                                optional: false,
                                stack_bytes: ::bridge32::__private::interface::stack_bytes(
                                    &[
                                        ::core::mem::size_of::<*const ()>(),
                                        ::core::mem::size_of::<
                                            <<i32 as ::bridge32::__private::IsLength>::Value as ::bridge32::__private::Native>::C,
                                        >(),
                                    ],
                                ),
                                returns: ::bridge32::__private::CType::Value(
                                    <<f64 as ::bridge32::__private::NativeReturn>::Value as ::bridge32::__private::NativeReturn>::C_NAME,
                                ),
                                parameters: &[
                                    (
                                        ::bridge32::__private::CType::ConstPointer(
                                            <<f64 as ::bridge32::__private::Native>::Value as ::bridge32::__private::Native>::C_NAME,
                                        ),
                                        "values",
                                    ),
                                    (
                                        ::bridge32::__private::CType::Value(
                                            <<i32 as ::bridge32::__private::IsLength>::Value as ::bridge32::__private::Native>::C_NAME,
                                        ),
                                        "n",
                                    ),
                                ],
                            }),
                        ),
                        timeout: ::core::option::Option::None,
                    },
                    ::bridge32::__private::Method {
                        name: "sum",
                        parameters: &[
                            ::bridge32::__private::Parameter {
                                name: "values",
                                shape: ::bridge32::__private::interface::slice::<
                                    <i32 as ::bridge32::__private::CrossInSlice<_>>::Value,
                                >,
                            },
                        ],
                        returns: ::bridge32::__private::interface::result::<
                            <i32 as ::bridge32::__private::Cross<_>>::Value,
                            <String as ::bridge32::__private::Cross<_>>::Value,
                        >,
                        target: ::core::option::Option::None,
                        timeout: ::core::option::Option::None,
                    },
                ],
            };
            &DESCRIPTION
        }
    }
    #[allow(non_snake_case)]
    fn __CALL_OF_add<'b, C: ::bridge32::__private::CallSink<'b>>(
        calls: C,
        a: i32,
        b: i32,
    ) -> C::Output<i32, ::bridge32::Error> {
        calls
            .call(
                __NUMBER_OF_add,
                ((), ()),
                |arguments, (), ()| {
                    arguments
                        .value::<
                            <i32 as ::bridge32::__private::Native>::Value,
                        >("a", &a)?;
                    arguments
                        .value::<
                            <i32 as ::bridge32::__private::Native>::Value,
                        >("b", &b)?;
                    ::core::result::Result::Ok(())
                },
                |outcome, ()| {
                    outcome
                        .value::<<i32 as ::bridge32::__private::NativeReturn>::Value>()
                },
            )
    }
    #[allow(non_snake_case)]
    #[allow(clippy::shadow_reuse, clippy::shadow_unrelated)]
    fn __CALL_OF_mean<'b, C: ::bridge32::__private::CallSink<'b>>(
        calls: C,
        values: &[f64],
    ) -> C::Output<f64, ::bridge32::Error> {
        calls
            .call(
                __NUMBER_OF_mean,
                ((values,), ()),
                |arguments, (values,), ()| {
                    arguments
                        .borrowed_slice::<
                            <f64 as ::bridge32::__private::Native>::Value,
                        >("values", values)?;
                    arguments
                        .length::<
                            <i32 as ::bridge32::__private::IsLength>::Value,
                        >("n", &[("values", <[_]>::len(values))])?;
                    ::core::result::Result::Ok(())
                },
                |outcome, ()| {
                    outcome
                        .value::<<f64 as ::bridge32::__private::NativeReturn>::Value>()
                },
            )
    }
    #[allow(non_snake_case)]
    #[allow(clippy::shadow_reuse, clippy::shadow_unrelated)]
    fn __CALL_OF_sum<'b, C: ::bridge32::__private::CallSink<'b>>(
        calls: C,
        values: &[i32],
    ) -> C::Output<i32, ::bridge32::CallError<String>> {
        calls
            .call(
                __NUMBER_OF_sum,
                ((values,), ()),
                |arguments, (values,), ()| {
                    arguments
                        .borrowed_slice::<
                            <i32 as ::bridge32::__private::CrossInSlice<_>>::Value,
                        >("values", values)?;
                    ::core::result::Result::Ok(())
                },
                |outcome, ()| {
                    ::bridge32::__private::method_result!(
                        outcome.result:: < < i32 as ::bridge32::__private::Cross < _ > >
                        ::Value, < String as ::bridge32::__private::Cross < _ > > ::Value
                        > () ?
                    )
                },
            )
    }
    impl ThinClient {
        /// Starts the server and waits until it is ready.
        ///
        /// # Errors
        /// Each step that fails has its own error. Nothing is left running.
        pub fn launch() -> ::core::result::Result<Self, ::bridge32::Error> {
            Self::builder().launch()
        }
        /// Says more about the server before it is started.
        pub fn builder() -> ::bridge32::Builder<Self> {
            ::core::default::Default::default()
        }
        /// Connects to a server that was started by hand, with `--listen` and this name.
        ///
        /// # Errors
        /// `Error::Connect` if none listens; otherwise as for `launch`.
        pub fn connect(
            name: &::core::primitive::str,
        ) -> ::core::result::Result<Self, ::bridge32::Error> {
            ::bridge32::__private::connect(name)
        }
        /// Serves an implementation, such as a mock, in a thread of this process, through the same encoding.
        ///
        /// # Panics
        /// If the system does not give a thread.
        pub fn in_process<S: Thin + ::core::marker::Send + 'static>(server: S) -> Self {
            ::bridge32::__private::in_process(server)
        }
        /// Ends the server in good order, and tells how it ended.
        ///
        /// # Errors
        /// If the system neither ends the server nor tells how it ended.
        pub fn shutdown(
            &self,
        ) -> ::core::result::Result<::bridge32::ServerExit, ::bridge32::Error> {
            self.session.shutdown()
        }
        /// What is known of the server; of the last one, where it was started again.
        #[must_use]
        pub fn server_info(&self) -> ::bridge32::ServerInfo {
            self.session.server_info()
        }
        /// Makes many calls in one round trip: `fill` calls the methods of the batch, which give a `Pending` each,
        /// and returns these by themselves, in tuples, arrays, `Vec`s or `Option`s. What comes back is the same, with
        /// a result in the place of each.
        ///
        /// All calls are made in their order, whatever becomes of the others. The server carries them out as one.
        /// Their deadline is the sum of their own; there is none where one of them has none.
        ///
        /// # Errors
        /// Whatever keeps the batch as a whole from being carried out, such as a dead server: then it is not known
        /// which calls were made. What is wrong with one call is that one's result.
        pub fn batch<'b, P: ::bridge32::PendingResults>(
            &self,
            fill: impl ::core::ops::FnOnce(&ThinBatch<'b>) -> P,
        ) -> ::core::result::Result<P::Results, ::bridge32::Error> {
            self.batch_with(::bridge32::BatchMode::RunAll, fill)
        }
        /// As `batch`, and says what becomes of the calls after one that fails.
        ///
        /// # Errors
        /// As those of `batch`; a call that is not made is `Error::NotCalled`.
        pub fn batch_with<'b, P: ::bridge32::PendingResults>(
            &self,
            mode: ::bridge32::BatchMode,
            fill: impl ::core::ops::FnOnce(&ThinBatch<'b>) -> P,
        ) -> ::core::result::Result<P::Results, ::bridge32::Error> {
            let batch = ThinBatch {
                batch: ::bridge32::__private::Batch::new(&self.session, mode),
            };
            let pendings = fill(&batch);
            batch.batch.send(pendings)
        }
        /// Adds.
        ///
        /// # Errors
        /// Whatever keeps the call from being carried out.
        pub fn add(
            &self,
            a: i32,
            b: i32,
        ) -> ::core::result::Result<i32, ::bridge32::Error> {
            __CALL_OF_add(&self.session, a, b)
        }
        ///Calls `mean` in the server.
        ///
        /// # Errors
        /// Whatever keeps the call from being carried out.
        pub fn mean(
            &self,
            values: &[f64],
        ) -> ::core::result::Result<f64, ::bridge32::Error> {
            __CALL_OF_mean(&self.session, values)
        }
        ///Calls `sum` in the server.
        ///
        /// # Errors
        /// Whatever keeps the call from being carried out.
        pub fn sum(
            &self,
            values: &[i32],
        ) -> ::core::result::Result<i32, ::bridge32::CallError<String>> {
            __CALL_OF_sum(&self.session, values)
        }
    }
    #[automatically_derived]
    impl ::bridge32::__private::Client for ThinClient {
        type Interface = dyn Thin;
        fn session(&self) -> &::bridge32::__private::Session {
            &self.session
        }
        fn from_session(session: ::bridge32::__private::Session) -> Self {
            Self { session }
        }
    }
    #[allow(dead_code)]
    impl<'b> ThinBatch<'b> {
        ///Calls `add` with the batch.
        #[inline]
        pub fn add(
            &self,
            a: i32,
            b: i32,
        ) -> ::bridge32::Pending<'b, i32, ::bridge32::Error> {
            __CALL_OF_add(&self.batch, a, b)
        }
        ///Calls `mean` with the batch.
        #[inline]
        pub fn mean(
            &self,
            values: &[f64],
        ) -> ::bridge32::Pending<'b, f64, ::bridge32::Error> {
            __CALL_OF_mean(&self.batch, values)
        }
        ///Calls `sum` with the batch.
        #[inline]
        pub fn sum(
            &self,
            values: &[i32],
        ) -> ::bridge32::Pending<'b, i32, ::bridge32::CallError<String>> {
            __CALL_OF_sum(&self.batch, values)
        }
    }
    #[automatically_derived]
    impl<S: Thin> ::bridge32::__private::Dispatch<S> for dyn Thin {
        #[inline]
        #[allow(
            unused_mut,
            unused_variables,
            clippy::shadow_reuse,
            clippy::shadow_unrelated
        )]
        fn dispatch(
            server: &S,
            method: ::core::primitive::u32,
            mut arguments: ::bridge32::__private::Decoder<'_>,
            call: &::bridge32::__private::Call,
        ) -> ::core::result::Result<(), ::bridge32::__private::Fault> {
            match method {
                __NUMBER_OF_add => {
                    let a = arguments
                        .value::<<i32 as ::bridge32::__private::Native>::Value>()?;
                    let b = arguments
                        .value::<<i32 as ::bridge32::__private::Native>::Value>()?;
                    arguments.finish()?;
                    let result_0 = Thin::add(server, a, b);
                    call.answer(|encoder| {
                        encoder
                            .value::<
                                <i32 as ::bridge32::__private::NativeReturn>::Value,
                            >(&result_0)?;
                        ::core::result::Result::Ok(())
                    })
                }
                __NUMBER_OF_mean => {
                    let values = &arguments
                        .slice::<<f64 as ::bridge32::__private::Native>::Value>()?;
                    arguments.finish()?;
                    let result_0 = match Thin::__bridge32_library(server) {
                        ::core::option::Option::Some(library) => {
                            ::bridge32::__private::native(
                                "mean",
                                || library.__bridge32_mean(call.room(), values),
                            )
                        }
                        ::core::option::Option::None => Thin::mean(server, values),
                    };
                    call.answer(|encoder| {
                        encoder
                            .value::<
                                <f64 as ::bridge32::__private::NativeReturn>::Value,
                            >(&result_0)?;
                        ::core::result::Result::Ok(())
                    })
                }
                __NUMBER_OF_sum => {
                    let values = &arguments
                        .slice::<
                            <i32 as ::bridge32::__private::CrossInSlice<_>>::Value,
                        >()?;
                    arguments.finish()?;
                    let result_0 = Thin::sum(server, values);
                    call.answer(|encoder| {
                        encoder
                            .result::<
                                <i32 as ::bridge32::__private::Cross<_>>::Value,
                                <String as ::bridge32::__private::Cross<_>>::Value,
                            >(&result_0)?;
                        ::core::result::Result::Ok(())
                    })
                }
                _ => ::bridge32::__private::unknown_method(method),
            }
        }
    }
    impl ThinLibrary {
        /// Loads the library that the interface names: from beside this program, or from where the system looks.
        ///
        /// # Errors
        /// Why it could not be loaded, or which functions it lacks.
        pub fn load() -> ::core::result::Result<Self, ::bridge32::LibraryError> {
            ::bridge32::__private::NativeLibrary::load(
                    <dyn Thin as ::bridge32::__private::Interface>::description(),
                    ::core::option::Option::None,
                    &[],
                )
                .map(Self::new)
        }
        /// Loads a library from a file.
        ///
        /// # Errors
        /// Why it could not be loaded, or which functions it lacks.
        pub fn load_from(
            path: impl ::core::convert::AsRef<::std::path::Path>,
        ) -> ::core::result::Result<Self, ::bridge32::LibraryError> {
            let path = ::core::option::Option::Some(
                ::core::convert::AsRef::as_ref(&path),
            );
            ::bridge32::__private::NativeLibrary::load(
                    <dyn Thin as ::bridge32::__private::Interface>::description(),
                    path,
                    &[],
                )
                .map(Self::new)
        }
        fn new(library: ::bridge32::__private::NativeLibrary) -> Self {
            Self {
                library,
                _threads: ::core::marker::PhantomData,
            }
        }
        #[allow(
            unused_mut,
            unused_variables,
            clippy::shadow_reuse,
            clippy::shadow_unrelated,
            clippy::too_many_arguments,
            clippy::type_complexity
        )]
        fn __bridge32_mean(
            &self,
            room: ::bridge32::__private::Room<'_>,
            values: &::bridge32::__private::Slice<'_, f64>,
        ) -> ::core::result::Result<f64, ::bridge32::__private::Fault> {
            #[cfg(target_arch = "x86")]
            type __Function<__P0, __P1, __Returns> = unsafe extern "stdcall" fn(
                __P0,
                __P1,
            ) -> __Returns;
            #[cfg(not(target_arch = "x86"))]
            type __Function<__P0, __P1, __Returns> = unsafe extern "C" fn(
                __P0,
                __P1,
            ) -> __Returns;
            let function: __Function<_, _, _> = unsafe {
                self.library.function(__NUMBER_OF_mean)
            }?;
            let mut scope = ::bridge32::__private::Scope::new();
            let mut slot_values = ::bridge32::__private::in_field(
                "values",
                ::bridge32::__private::ArrayIn::new(
                    values,
                    <<f64 as ::bridge32::__private::Native>::Value as ::bridge32::__private::Native>::to_c,
                    &mut scope,
                ),
            )?;
            let mut slot_n = ::bridge32::__private::common_length::<
                <i32 as ::bridge32::__private::IsLength>::Value,
            >("n", &[("values", slot_values.len())])?;
            let returned = unsafe { function(slot_values.pass(), slot_n) };
            let ret = unsafe {
                ::bridge32::__private::from_c(
                    returned,
                    <<f64 as ::bridge32::__private::NativeReturn>::Value as ::bridge32::__private::NativeReturn>::from_c,
                )
            };
            let ret = ret?;
            ::core::result::Result::Ok(ret)
        }
    }
    #[automatically_derived]
    impl ::bridge32::Serve for ThinLibrary {
        type Interface = dyn Thin;
        fn start(
            context: ::bridge32::ServerContext<
                <dyn Thin as ::bridge32::__private::Interface>::Args,
            >,
        ) -> ::core::result::Result<
            Self,
            ::std::boxed::Box<
                dyn ::core::error::Error + ::core::marker::Send + ::core::marker::Sync,
            >,
        > {
            let (path, dirs) = (context.library_path(), context.library_dirs());
            ::core::result::Result::Ok(
                Self::new(
                    ::bridge32::__private::NativeLibrary::load(
                        <dyn Thin as ::bridge32::__private::Interface>::description(),
                        path,
                        dirs,
                    )?,
                ),
            )
        }
        fn library_path(&self) -> ::core::option::Option<&::core::primitive::str> {
            ::core::option::Option::Some(self.library.path())
        }
    }
    #[automatically_derived]
    #[allow(clippy::unused_unit)]
    impl Thin for ThinLibrary {
        #[allow(
            unused_mut,
            unused_variables,
            clippy::shadow_reuse,
            clippy::shadow_unrelated
        )]
        fn add(&self, a: i32, b: i32) -> i32 {
            #[cfg(target_arch = "x86")]
            type __Function<__P0, __P1, __Returns> = unsafe extern "stdcall" fn(
                __P0,
                __P1,
            ) -> __Returns;
            #[cfg(not(target_arch = "x86"))]
            type __Function<__P0, __P1, __Returns> = unsafe extern "C" fn(
                __P0,
                __P1,
            ) -> __Returns;
            ::bridge32::__private::native(
                "add",
                || {
                    let function: __Function<_, _, _> = unsafe {
                        self.library.function(__NUMBER_OF_add)
                    }?;
                    let mut scope = ::bridge32::__private::Scope::new();
                    let mut slot_a = ::bridge32::__private::in_field(
                        "a",
                        <<i32 as ::bridge32::__private::Native>::Value as ::bridge32::__private::Native>::to_c(
                            &a,
                            &mut scope,
                        ),
                    )?;
                    let mut slot_b = ::bridge32::__private::in_field(
                        "b",
                        <<i32 as ::bridge32::__private::Native>::Value as ::bridge32::__private::Native>::to_c(
                            &b,
                            &mut scope,
                        ),
                    )?;
                    let returned = unsafe { function(slot_a, slot_b) };
                    let ret = unsafe {
                        ::bridge32::__private::from_c(
                            returned,
                            <<i32 as ::bridge32::__private::NativeReturn>::Value as ::bridge32::__private::NativeReturn>::from_c,
                        )
                    };
                    let ret = ret?;
                    ::core::result::Result::Ok(ret)
                },
            )
        }
        #[allow(
            unused_mut,
            unused_variables,
            clippy::shadow_reuse,
            clippy::shadow_unrelated
        )]
        fn mean(&self, values: &[f64]) -> f64 {
            ::bridge32::__private::native(
                "mean",
                || {
                    self.__bridge32_mean(
                        ::core::default::Default::default(),
                        &::bridge32::__private::Slice::of(values),
                    )
                },
            )
        }
        #[doc(hidden)]
        fn __bridge32_library(&self) -> ::core::option::Option<&ThinLibrary> {
            ::core::option::Option::Some(self)
        }
    }
};
