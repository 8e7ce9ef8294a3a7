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
///Calls the methods of [`Thin`] in a server process. Clones share the server, which ends when the last of them is dropped.
#[derive(::core::clone::Clone, ::core::fmt::Debug)]
pub struct ThinClient {
    session: ::bridge32::__private::Session,
}
///Records calls of [`Thin`]'s methods, which are then made in one round trip. See `batch` of [`ThinClient`].
#[derive(::core::fmt::Debug)]
pub struct ThinBatch<'batch> {
    batch: ::bridge32::__private::Batch<'batch>,
}
///Implements [`Thin`] by calling the library in this process. The 32-bit server does that with the 32-bit library; a 64-bit program can load a 64-bit build of it without a bridge.
#[derive(::core::fmt::Debug)]
pub struct ThinLibrary {
    library: ::bridge32::__private::native::NativeLibrary,
    /// Not `Sync`: the library need not be thread-safe.
    _threads: ::core::marker::PhantomData<::core::cell::Cell<()>>,
}
const _: () = {
    #[allow(non_camel_case_types)]
    enum __Bridge32Numbers {
        add,
        mean,
        sum,
    }
    #[allow(non_upper_case_globals)]
    const __BRIDGE32_NUMBER_OF_add: ::core::primitive::u32 = __Bridge32Numbers::add
        as ::core::primitive::u32;
    #[allow(non_upper_case_globals)]
    const __BRIDGE32_NUMBER_OF_mean: ::core::primitive::u32 = __Bridge32Numbers::mean
        as ::core::primitive::u32;
    #[allow(non_upper_case_globals)]
    const __BRIDGE32_NUMBER_OF_sum: ::core::primitive::u32 = __Bridge32Numbers::sum
        as ::core::primitive::u32;
    #[automatically_derived]
    impl ::bridge32::Interface for dyn Thin {
        type Args = ();
        fn description() -> &'static ::bridge32::__private::interface::Description {
            static __BRIDGE32_DESCRIPTION: ::bridge32::__private::interface::Description = ::bridge32::__private::interface::Description {
                name: "Thin",
                server: "thin-server32",
                version: ::core::env!("CARGO_PKG_VERSION"),
                library: ::core::option::Option::Some(
                    ::bridge32::__private::interface::LibraryName::Native("thin"),
                ),
                threads: ::bridge32::__private::interface::Threads::Single,
                apartment: ::core::option::Option::None,
                symbols: ::bridge32::__private::interface::SymbolScope::Local,
                methods: &[
                    ::bridge32::__private::interface::Method {
                        name: "add",
                        parameters: &[
                            ::bridge32::__private::interface::Parameter {
                                name: "a",
                                shape: ::bridge32::__private::interface::value::<
                                    <i32 as ::bridge32::__private::native::Native>::Value,
                                >,
                            },
                            ::bridge32::__private::interface::Parameter {
                                name: "b",
                                shape: ::bridge32::__private::interface::value::<
                                    <i32 as ::bridge32::__private::native::Native>::Value,
                                >,
                            },
                        ],
                        returns: ::bridge32::__private::interface::value::<
                            <i32 as ::bridge32::__private::native::NativeReturn>::Value,
                        >,
                        target: ::core::option::Option::Some(
                            ::bridge32::__private::interface::Target::Native(::bridge32::__private::interface::NativeFunction {
                                symbol: ::bridge32::__private::interface::Symbol::Name(
                                    "add",
                                ),
                                is_variable: false,
                                library: ::core::option::Option::None,
                                releases: &[],
                                abi: ::bridge32::__private::interface::Abi::Stdcall,
                                optional: false,
                                stack_bytes: ::bridge32::__private::interface::stack_bytes(
                                    &[
                                        ::core::mem::size_of::<
                                            <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C,
                                        >(),
                                        ::core::mem::size_of::<
                                            <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C,
                                        >(),
                                    ],
                                ),
                                returns: ::bridge32::__private::interface::CType::Value(
                                    <<i32 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::C_NAME,
                                ),
                                parameters: &[
                                    (
                                        ::bridge32::__private::interface::CType::Value(
                                            <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C_NAME,
                                        ),
                                        "a",
                                    ),
                                    (
                                        ::bridge32::__private::interface::CType::Value(
                                            <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C_NAME,
                                        ),
                                        "b",
                                    ),
                                ],
                                types: &[
                                    <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::add_types,
                                    <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::add_types,
                                    <<i32 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::add_types,
                                ],
                            }),
                        ),
                        timeout: ::core::option::Option::None,
                        not_in_drop_in: ::core::option::Option::None,
                    },
                    ::bridge32::__private::interface::Method {
                        name: "mean",
                        parameters: &[
                            ::bridge32::__private::interface::Parameter {
                                name: "values",
                                shape: ::bridge32::__private::interface::slice::<
                                    <f64 as ::bridge32::__private::native::Native>::Value,
                                >,
                            },
                            ::bridge32::__private::interface::Parameter {
                                name: "n",
                                shape: ::bridge32::__private::interface::value::<
                                    <i32 as ::bridge32::__private::native::IsLength>::Value,
                                >,
                            },
                        ],
                        returns: ::bridge32::__private::interface::value::<
                            <f64 as ::bridge32::__private::native::NativeReturn>::Value,
                        >,
                        target: ::core::option::Option::Some(
                            ::bridge32::__private::interface::Target::Native(::bridge32::__private::interface::NativeFunction {
                                symbol: ::bridge32::__private::interface::Symbol::Name(
                                    "mean",
                                ),
                                is_variable: false,
                                library: ::core::option::Option::None,
                                releases: &[],
                                abi: ::bridge32::__private::interface::Abi::Stdcall,
                                optional: false,
                                stack_bytes: ::bridge32::__private::interface::stack_bytes(
                                    &[
                                        ::core::mem::size_of::<*const ()>(),
                                        ::core::mem::size_of::<
                                            <<i32 as ::bridge32::__private::native::IsLength>::Value as ::bridge32::__private::native::Native>::C,
                                        >(),
                                    ],
                                ),
                                returns: ::bridge32::__private::interface::CType::Value(
                                    <<f64 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::C_NAME,
                                ),
                                parameters: &[
                                    (
                                        ::bridge32::__private::interface::CType::ConstPointer(
                                            <<f64 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C_NAME,
                                        ),
                                        "values",
                                    ),
                                    (
                                        ::bridge32::__private::interface::CType::Value(
                                            <<i32 as ::bridge32::__private::native::IsLength>::Value as ::bridge32::__private::native::Native>::C_NAME,
                                        ),
                                        "n",
                                    ),
                                ],
                                types: &[
                                    <<f64 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::add_types,
                                    <<f64 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::add_types,
                                ],
                            }),
                        ),
                        timeout: ::core::option::Option::None,
                        not_in_drop_in: ::core::option::Option::None,
                    },
                    ::bridge32::__private::interface::Method {
                        name: "sum",
                        parameters: &[
                            ::bridge32::__private::interface::Parameter {
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
                        not_in_drop_in: ::core::option::Option::Some(
                            "it is not a function of the library",
                        ),
                    },
                ],
            };
            &__BRIDGE32_DESCRIPTION
        }
    }
    #[allow(non_snake_case)]
    fn __bridge32_call_add<
        'batch,
        __Bridge32Sink: ::bridge32::__private::CallSink<'batch>,
    >(
        __bridge32_calls: __Bridge32Sink,
        a: i32,
        b: i32,
    ) -> __Bridge32Sink::Output<i32, ::bridge32::Error> {
        __bridge32_calls
            .call(
                __BRIDGE32_NUMBER_OF_add,
                ((), ()),
                |__bridge32_arguments, (), ()| {
                    __bridge32_arguments
                        .value::<
                            <i32 as ::bridge32::__private::native::Native>::Value,
                        >("a", &a)?;
                    __bridge32_arguments
                        .value::<
                            <i32 as ::bridge32::__private::native::Native>::Value,
                        >("b", &b)?;
                    ::core::result::Result::Ok(())
                },
                |__bridge32_outcome, ()| {
                    __bridge32_outcome
                        .value::<
                            <i32 as ::bridge32::__private::native::NativeReturn>::Value,
                        >()
                },
            )
    }
    #[allow(non_snake_case)]
    #[allow(clippy::shadow_reuse, clippy::shadow_unrelated)]
    fn __bridge32_call_mean<
        'batch,
        __Bridge32Sink: ::bridge32::__private::CallSink<'batch>,
    >(
        __bridge32_calls: __Bridge32Sink,
        values: &[f64],
    ) -> __Bridge32Sink::Output<f64, ::bridge32::Error> {
        __bridge32_calls
            .call(
                __BRIDGE32_NUMBER_OF_mean,
                ((values,), ()),
                |__bridge32_arguments, (values,), ()| {
                    __bridge32_arguments
                        .borrowed_slice::<
                            <f64 as ::bridge32::__private::native::Native>::Value,
                        >("values", values)?;
                    __bridge32_arguments
                        .length::<
                            <i32 as ::bridge32::__private::native::IsLength>::Value,
                        >(
                            "n",
                            &[
                                ("values", ::core::option::Option::Some(<[_]>::len(values))),
                            ],
                        )?;
                    ::core::result::Result::Ok(())
                },
                |__bridge32_outcome, ()| {
                    __bridge32_outcome
                        .value::<
                            <f64 as ::bridge32::__private::native::NativeReturn>::Value,
                        >()
                },
            )
    }
    #[allow(non_snake_case)]
    #[allow(clippy::shadow_reuse, clippy::shadow_unrelated)]
    fn __bridge32_call_sum<
        'batch,
        __Bridge32Sink: ::bridge32::__private::CallSink<'batch>,
    >(
        __bridge32_calls: __Bridge32Sink,
        values: &[i32],
    ) -> __Bridge32Sink::Output<i32, ::bridge32::CallError<String>> {
        __bridge32_calls
            .call(
                __BRIDGE32_NUMBER_OF_sum,
                ((values,), ()),
                |__bridge32_arguments, (values,), ()| {
                    __bridge32_arguments
                        .borrowed_slice::<
                            <i32 as ::bridge32::__private::CrossInSlice<_>>::Value,
                        >("values", values)?;
                    ::core::result::Result::Ok(())
                },
                |__bridge32_outcome, ()| {
                    ::bridge32::__private::method_result!(
                        String, __bridge32_outcome.result:: < < i32 as
                        ::bridge32::__private::Cross < _ > > ::Value, < String as
                        ::bridge32::__private::Cross < _ > > ::Value > () ?
                    )
                },
            )
    }
    #[allow(non_snake_case)]
    impl ThinClient {
        /// Launches the server, with the defaults of `builder`, and waits until it is ready.
        ///
        /// # Errors
        /// If the server cannot be started; each step has its own error. No process is left running.
        pub fn launch() -> ::core::result::Result<Self, ::bridge32::Error> {
            <Self as ::bridge32::Client>::launch()
        }
        /// Returns a builder to configure the server before launching it.
        pub fn builder() -> ::bridge32::Builder<Self> {
            <Self as ::bridge32::Client>::builder()
        }
        /// Connects to a server that was started with `--listen NAME`.
        ///
        /// # Errors
        /// `Error::Connect` if no server listens under that name; otherwise as `launch`.
        pub fn connect(
            __bridge32_name: &::core::primitive::str,
        ) -> ::core::result::Result<Self, ::bridge32::Error> {
            <Self as ::bridge32::Client>::connect(__bridge32_name)
        }
        /// Runs an implementation of the trait, such as a mock, on a thread of this process. Calls are encoded as for a
        /// server process.
        ///
        /// # Panics
        /// If the thread cannot be created.
        #[allow(clippy::implied_bounds_in_impls)]
        pub fn in_process(
            __bridge32_server: impl Thin + ::core::marker::Send + 'static,
        ) -> Self {
            <Self as ::bridge32::Client>::in_process(__bridge32_server)
        }
        /// Shuts the server down once it has finished the calls in progress, and returns how it ended.
        ///
        /// # Errors
        /// If the server cannot be ended, or its exit status cannot be read.
        pub fn shutdown(
            &self,
        ) -> ::core::result::Result<::bridge32::ServerExit, ::bridge32::Error> {
            <Self as ::bridge32::Client>::shutdown(self)
        }
        /// Shuts the server down as `shutdown` does, and ends it as `abort` does if that takes longer than the time limit. Later
        /// calls fail with `Error::Shutdown`.
        ///
        /// # Errors
        /// As `shutdown`.
        pub fn shutdown_within(
            &self,
            __bridge32_limit: ::core::time::Duration,
        ) -> ::core::result::Result<::bridge32::ServerExit, ::bridge32::Error> {
            <Self as ::bridge32::Client>::shutdown_within(self, __bridge32_limit)
        }
        /// Ends the server now, whatever it is doing, and returns how it ended. Calls in progress fail with `Error::Aborted`;
        /// later calls start the server again if the restart policy allows it. See `bridge32::Client::abort`.
        ///
        /// # Errors
        /// As `shutdown`.
        pub fn abort(
            &self,
        ) -> ::core::result::Result<::bridge32::ServerExit, ::bridge32::Error> {
            <Self as ::bridge32::Client>::abort(self)
        }
        /// Returns information about the server; after a restart, about the new one.
        #[must_use]
        pub fn server_info(&self) -> ::bridge32::ServerInfo {
            <Self as ::bridge32::Client>::server_info(self)
        }
        /// Makes many calls in one round trip. The closure records the calls and returns their `Pending` results, in tuples,
        /// arrays, `Vec`s or `Option`s; `batch` returns the same with a result in place of each `Pending`.
        ///
        /// All calls are made, in the order of recording, even if one fails. Their deadline is the sum of their own.
        ///
        /// # Errors
        /// If the batch as a whole fails, for example because the server died: then it is unknown which calls were made.
        /// A failed call is an error in its own result.
        pub fn batch<'batch, __Bridge32Results: ::bridge32::PendingResults>(
            &self,
            __bridge32_record: impl ::core::ops::FnOnce(
                &ThinBatch<'batch>,
            ) -> __Bridge32Results,
        ) -> ::core::result::Result<__Bridge32Results::Results, ::bridge32::Error> {
            <Self as ::bridge32::Client>::batch(self, __bridge32_record)
        }
        /// As `batch`, with a choice of what happens after a call that fails.
        ///
        /// # Errors
        /// As `batch`. A call that was not made has the result `Error::NotCalled`.
        pub fn batch_with<'batch, __Bridge32Results: ::bridge32::PendingResults>(
            &self,
            __bridge32_mode: ::bridge32::BatchMode,
            __bridge32_record: impl ::core::ops::FnOnce(
                &ThinBatch<'batch>,
            ) -> __Bridge32Results,
        ) -> ::core::result::Result<__Bridge32Results::Results, ::bridge32::Error> {
            <Self as ::bridge32::Client>::batch_with(
                self,
                __bridge32_mode,
                __bridge32_record,
            )
        }
        /// Adds.
        ///
        /// # Errors
        /// If the call fails; see `bridge32::Error`.
        pub fn add(
            &self,
            a: i32,
            b: i32,
        ) -> ::core::result::Result<i32, ::bridge32::Error> {
            __bridge32_call_add(&self.session, a, b)
        }
        ///Calls `mean` in the server.
        ///
        /// # Errors
        /// If the call fails; see `bridge32::Error`.
        pub fn mean(
            &self,
            values: &[f64],
        ) -> ::core::result::Result<f64, ::bridge32::Error> {
            __bridge32_call_mean(&self.session, values)
        }
        ///Calls `sum` in the server.
        ///
        /// # Errors
        /// If the call fails; see `bridge32::Error`.
        pub fn sum(
            &self,
            values: &[i32],
        ) -> ::core::result::Result<i32, ::bridge32::CallError<String>> {
            __bridge32_call_sum(&self.session, values)
        }
    }
    #[automatically_derived]
    impl ::bridge32::Client for ThinClient {
        type Interface = dyn Thin;
        type Batch<'batch> = ThinBatch<'batch>;
        fn session(&self) -> &::bridge32::__private::Session {
            &self.session
        }
        fn from_session(__bridge32_session: ::bridge32::__private::Session) -> Self {
            Self {
                session: __bridge32_session,
            }
        }
        fn wrap_batch<'batch>(
            __bridge32_batch: ::bridge32::__private::Batch<'batch>,
        ) -> Self::Batch<'batch> {
            ThinBatch {
                batch: __bridge32_batch,
            }
        }
        fn unwrap_batch<'batch>(
            __bridge32_batch: Self::Batch<'batch>,
        ) -> ::bridge32::__private::Batch<'batch> {
            __bridge32_batch.batch
        }
    }
    #[allow(dead_code, non_snake_case)]
    impl<'batch> ThinBatch<'batch> {
        ///Records a call of `add`.
        #[inline]
        pub fn add(
            &self,
            a: i32,
            b: i32,
        ) -> ::bridge32::Pending<'batch, i32, ::bridge32::Error> {
            __bridge32_call_add(&self.batch, a, b)
        }
        ///Records a call of `mean`.
        #[inline]
        pub fn mean(
            &self,
            values: &[f64],
        ) -> ::bridge32::Pending<'batch, f64, ::bridge32::Error> {
            __bridge32_call_mean(&self.batch, values)
        }
        ///Records a call of `sum`.
        #[inline]
        pub fn sum(
            &self,
            values: &[i32],
        ) -> ::bridge32::Pending<'batch, i32, ::bridge32::CallError<String>> {
            __bridge32_call_sum(&self.batch, values)
        }
    }
    #[automatically_derived]
    impl<__Bridge32Server: Thin> ::bridge32::Dispatch<__Bridge32Server> for dyn Thin {
        #[inline]
        #[allow(
            non_snake_case,
            unused_mut,
            unused_variables,
            clippy::shadow_reuse,
            clippy::shadow_unrelated
        )]
        fn dispatch(
            __bridge32_server: &__Bridge32Server,
            __bridge32_method: ::core::primitive::u32,
            mut __bridge32_arguments: ::bridge32::__private::Decoder<'_>,
            __bridge32_call: &::bridge32::__private::Call<'_>,
        ) -> ::core::result::Result<(), ::bridge32::__private::Fault> {
            match __bridge32_method {
                __BRIDGE32_NUMBER_OF_add => {
                    let a = __bridge32_arguments
                        .value::<
                            <i32 as ::bridge32::__private::native::Native>::Value,
                        >()?;
                    let b = __bridge32_arguments
                        .value::<
                            <i32 as ::bridge32::__private::native::Native>::Value,
                        >()?;
                    __bridge32_arguments.finish()?;
                    let __bridge32_result_0 = Thin::add(__bridge32_server, a, b);
                    __bridge32_call
                        .answer(|__bridge32_encoder| {
                            __bridge32_encoder
                                .value::<
                                    <i32 as ::bridge32::__private::native::NativeReturn>::Value,
                                >(&__bridge32_result_0)?;
                            ::core::result::Result::Ok(())
                        })
                }
                __BRIDGE32_NUMBER_OF_mean => {
                    let values = &__bridge32_arguments
                        .slice::<
                            <f64 as ::bridge32::__private::native::Native>::Value,
                        >()?;
                    __bridge32_arguments.finish()?;
                    let __bridge32_result_0 = match Thin::__bridge32_library(
                        __bridge32_server,
                    ) {
                        ::core::option::Option::Some(__bridge32_library) => {
                            ::bridge32::__private::run_native(
                                "mean",
                                || {
                                    __bridge32_library
                                        .__bridge32_in_place_mean(__bridge32_call.room(), values)
                                },
                            )
                        }
                        ::core::option::Option::None => {
                            Thin::mean(__bridge32_server, values)
                        }
                    };
                    __bridge32_call
                        .answer(|__bridge32_encoder| {
                            __bridge32_encoder
                                .value::<
                                    <f64 as ::bridge32::__private::native::NativeReturn>::Value,
                                >(&__bridge32_result_0)?;
                            ::core::result::Result::Ok(())
                        })
                }
                __BRIDGE32_NUMBER_OF_sum => {
                    let values = &__bridge32_arguments
                        .slice::<
                            <i32 as ::bridge32::__private::CrossInSlice<_>>::Value,
                        >()?;
                    __bridge32_arguments.finish()?;
                    let __bridge32_result_0 = Thin::sum(__bridge32_server, values);
                    __bridge32_call
                        .answer(|__bridge32_encoder| {
                            __bridge32_encoder
                                .result::<
                                    <i32 as ::bridge32::__private::Cross<_>>::Value,
                                    <String as ::bridge32::__private::Cross<_>>::Value,
                                >(&__bridge32_result_0)?;
                            ::core::result::Result::Ok(())
                        })
                }
                _ => ::bridge32::__private::unknown_method(__bridge32_method),
            }
        }
    }
    impl ThinLibrary {
        /// Loads the library that the interface names, from the folder of this program or the system's search path.
        ///
        /// # Errors
        /// `LibraryError` if it cannot be loaded or lacks functions.
        ///
        /// # Safety
        /// Each method's signature and attributes must describe the library's function correctly, because safe
        /// methods call it. Loading also runs the library's initialization code.
        pub unsafe fn load() -> ::core::result::Result<Self, ::bridge32::LibraryError> {
            unsafe { <Self as ::bridge32::LoadLibrary>::load() }
        }
        /// Loads the library from a file.
        ///
        /// # Errors
        /// `LibraryError` if it cannot be loaded or lacks functions.
        ///
        /// # Safety
        /// Each method's signature and attributes must describe the library's function correctly, because safe
        /// methods call it. Loading also runs the library's initialization code.
        pub unsafe fn load_from(
            __bridge32_path: impl ::core::convert::AsRef<::std::path::Path>,
        ) -> ::core::result::Result<Self, ::bridge32::LibraryError> {
            unsafe { <Self as ::bridge32::LoadLibrary>::load_from(__bridge32_path) }
        }
        #[allow(
            non_snake_case,
            unused_mut,
            unused_variables,
            clippy::shadow_reuse,
            clippy::shadow_unrelated,
            clippy::too_many_arguments,
            clippy::type_complexity
        )]
        fn __bridge32_in_place_mean(
            &self,
            __bridge32_room: ::bridge32::__private::native::Room<'_>,
            values: &::bridge32::__private::Slice<'_, f64>,
        ) -> ::core::result::Result<f64, ::bridge32::__private::Fault> {
            #[cfg(target_arch = "x86")]
            type __Bridge32Function<__Bridge32P0, __Bridge32P1, __Bridge32Returns> = unsafe extern "stdcall" fn(
                __Bridge32P0,
                __Bridge32P1,
            ) -> __Bridge32Returns;
            #[cfg(target_arch = "x86")]
            extern "stdcall" fn __bridge32_probe<
                __Bridge32P0,
                __Bridge32P1,
                __Bridge32Returns: ::bridge32::__private::native::Zeroable,
            >(
                _: ::core::mem::MaybeUninit<__Bridge32P0>,
                _: ::core::mem::MaybeUninit<__Bridge32P1>,
            ) -> __Bridge32Returns {
                <__Bridge32Returns as ::bridge32::__private::native::Zeroable>::zeroed()
            }
            #[cfg(not(target_arch = "x86"))]
            type __Bridge32Function<__Bridge32P0, __Bridge32P1, __Bridge32Returns> = unsafe extern "C" fn(
                __Bridge32P0,
                __Bridge32P1,
            ) -> __Bridge32Returns;
            #[cfg(not(target_arch = "x86"))]
            extern "C" fn __bridge32_probe<
                __Bridge32P0,
                __Bridge32P1,
                __Bridge32Returns: ::bridge32::__private::native::Zeroable,
            >(
                _: ::core::mem::MaybeUninit<__Bridge32P0>,
                _: ::core::mem::MaybeUninit<__Bridge32P1>,
            ) -> __Bridge32Returns {
                <__Bridge32Returns as ::bridge32::__private::native::Zeroable>::zeroed()
            }
            fn __bridge32_signature<
                __Bridge32P0,
                __Bridge32P1,
                __Bridge32Returns: ::bridge32::__private::native::Zeroable,
            >() -> ::bridge32::__private::native::Signature<
                __Bridge32Function<__Bridge32P0, __Bridge32P1, __Bridge32Returns>,
            > {
                unsafe {
                    ::bridge32::__private::native::Signature::new::<
                        __Bridge32Returns,
                    >(
                        __bridge32_probe::<__Bridge32P0, __Bridge32P1, __Bridge32Returns>
                            as *const (),
                    )
                }
            }
            let __bridge32_function = self
                .library
                .function(__BRIDGE32_NUMBER_OF_mean, __bridge32_signature())?;
            let mut __bridge32_scope = ::bridge32::__private::native::Scope::new();
            let mut __bridge32_slot_values = ::bridge32::__private::native::in_field(
                "values",
                ::bridge32::__private::native::ArrayIn::new(
                    values,
                    <<f64 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::to_c,
                    &mut __bridge32_scope,
                ),
            )?;
            let mut __bridge32_slot_n = ::bridge32::__private::native::length_for_c(
                1u32,
                ::bridge32::__private::native::common_length::<
                    <i32 as ::bridge32::__private::native::IsLength>::Value,
                >(
                    "n",
                    &[
                        (
                            "values",
                            ::core::option::Option::Some(__bridge32_slot_values.len()),
                        ),
                    ],
                )?,
                1,
            );
            let __bridge32_returned = unsafe {
                __bridge32_function
                    .call(|__bridge32_function| __bridge32_function(
                        if ::bridge32::__private::native::is_null_in_c(0u32) {
                            ::core::ptr::null()
                        } else {
                            __bridge32_slot_values.pass()
                        },
                        ::bridge32::__private::native::length_to_c(__bridge32_slot_n),
                    ))
            };
            let __bridge32_returned = __bridge32_returned?;
            let __bridge32_ret = unsafe {
                ::bridge32::__private::native::from_msvc(
                    __bridge32_returned,
                    <<f64 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::from_c,
                    &__bridge32_scope,
                )
            }?;
            ::core::result::Result::Ok(__bridge32_ret)
        }
    }
    #[automatically_derived]
    impl ::bridge32::LoadLibrary for ThinLibrary {
        type Interface = dyn Thin;
        unsafe fn open(
            __bridge32_path: ::core::option::Option<&::std::path::Path>,
            __bridge32_dirs: &[::std::path::PathBuf],
        ) -> ::core::result::Result<Self, ::bridge32::LibraryError> {
            let __bridge32_opened = ::bridge32::__private::native::NativeLibrary::load(
                <dyn Thin as ::bridge32::Interface>::description(),
                __bridge32_path,
                __bridge32_dirs,
            )?;
            ::core::result::Result::Ok(Self {
                library: __bridge32_opened,
                _threads: ::core::marker::PhantomData,
            })
        }
    }
    #[automatically_derived]
    impl ::bridge32::Serve for ThinLibrary {
        type Interface = dyn Thin;
        fn start(
            __bridge32_context: ::bridge32::ServerContext<
                <dyn Thin as ::bridge32::Interface>::Args,
            >,
        ) -> ::core::result::Result<
            Self,
            ::std::boxed::Box<
                dyn ::core::error::Error + ::core::marker::Send + ::core::marker::Sync,
            >,
        > {
            ::bridge32::__private::start_library(&__bridge32_context)
        }
        fn library_path(&self) -> ::core::option::Option<&::std::path::Path> {
            ::core::option::Option::Some(::std::path::Path::new(self.library.path()))
        }
        fn library_thread_targets(
            __bridge32_server: &::std::sync::Arc<Self>,
        ) -> ::core::option::Option<::bridge32::__private::LibraryThreadTargets> {
            ::core::option::Option::Some(unsafe {
                ::bridge32::__private::library_thread_targets::<
                    Self,
                    dyn Thin,
                >(__bridge32_server)
            })
        }
    }
    #[automatically_derived]
    #[allow(clippy::unused_unit)]
    impl Thin for ThinLibrary {
        #[allow(
            non_snake_case,
            unused_mut,
            unused_variables,
            clippy::shadow_reuse,
            clippy::shadow_unrelated
        )]
        fn add(&self, a: i32, b: i32) -> i32 {
            #[cfg(target_arch = "x86")]
            type __Bridge32Function<__Bridge32P0, __Bridge32P1, __Bridge32Returns> = unsafe extern "stdcall" fn(
                __Bridge32P0,
                __Bridge32P1,
            ) -> __Bridge32Returns;
            #[cfg(target_arch = "x86")]
            extern "stdcall" fn __bridge32_probe<
                __Bridge32P0,
                __Bridge32P1,
                __Bridge32Returns: ::bridge32::__private::native::Zeroable,
            >(
                _: ::core::mem::MaybeUninit<__Bridge32P0>,
                _: ::core::mem::MaybeUninit<__Bridge32P1>,
            ) -> __Bridge32Returns {
                <__Bridge32Returns as ::bridge32::__private::native::Zeroable>::zeroed()
            }
            #[cfg(not(target_arch = "x86"))]
            type __Bridge32Function<__Bridge32P0, __Bridge32P1, __Bridge32Returns> = unsafe extern "C" fn(
                __Bridge32P0,
                __Bridge32P1,
            ) -> __Bridge32Returns;
            #[cfg(not(target_arch = "x86"))]
            extern "C" fn __bridge32_probe<
                __Bridge32P0,
                __Bridge32P1,
                __Bridge32Returns: ::bridge32::__private::native::Zeroable,
            >(
                _: ::core::mem::MaybeUninit<__Bridge32P0>,
                _: ::core::mem::MaybeUninit<__Bridge32P1>,
            ) -> __Bridge32Returns {
                <__Bridge32Returns as ::bridge32::__private::native::Zeroable>::zeroed()
            }
            fn __bridge32_signature<
                __Bridge32P0,
                __Bridge32P1,
                __Bridge32Returns: ::bridge32::__private::native::Zeroable,
            >() -> ::bridge32::__private::native::Signature<
                __Bridge32Function<__Bridge32P0, __Bridge32P1, __Bridge32Returns>,
            > {
                unsafe {
                    ::bridge32::__private::native::Signature::new::<
                        __Bridge32Returns,
                    >(
                        __bridge32_probe::<__Bridge32P0, __Bridge32P1, __Bridge32Returns>
                            as *const (),
                    )
                }
            }
            ::bridge32::__private::run_native(
                "add",
                || {
                    let __bridge32_function = self
                        .library
                        .function(__BRIDGE32_NUMBER_OF_add, __bridge32_signature())?;
                    let mut __bridge32_scope = ::bridge32::__private::native::Scope::new();
                    let mut __bridge32_slot_a = ::bridge32::__private::native::in_field(
                        "a",
                        <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::to_c(
                            &a,
                            &mut __bridge32_scope,
                        ),
                    )?;
                    let mut __bridge32_slot_b = ::bridge32::__private::native::in_field(
                        "b",
                        <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::to_c(
                            &b,
                            &mut __bridge32_scope,
                        ),
                    )?;
                    let __bridge32_returned = unsafe {
                        __bridge32_function
                            .call(|__bridge32_function| __bridge32_function(
                                __bridge32_slot_a,
                                __bridge32_slot_b,
                            ))
                    };
                    let __bridge32_returned = __bridge32_returned?;
                    let __bridge32_ret = unsafe {
                        ::bridge32::__private::native::from_msvc(
                            __bridge32_returned,
                            <<i32 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::from_c,
                            &__bridge32_scope,
                        )
                    }?;
                    ::core::result::Result::Ok(__bridge32_ret)
                },
            )
        }
        #[allow(
            non_snake_case,
            unused_mut,
            unused_variables,
            clippy::shadow_reuse,
            clippy::shadow_unrelated
        )]
        fn mean(&self, values: &[f64]) -> f64 {
            ::bridge32::__private::run_native(
                "mean",
                || {
                    self.__bridge32_in_place_mean(
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
    #[allow(unexpected_cfgs)]
    const _: () = {
        #[cfg(bridge32_drop_in = "thin-server32")]
        const _: () = {
            unsafe extern "C" {
                #[link_name = "__bridge32_settings"]
                static __BRIDGE32_SETTINGS: ::core::ffi::c_char;
            }
            static __BRIDGE32_DROP_IN: ::bridge32::__private::drop_in::DropIn<
                ThinClient,
            > = ::bridge32::__private::drop_in::DropIn::new(unsafe {
                ::bridge32::__private::drop_in::Settings::at(
                    &raw const __BRIDGE32_SETTINGS,
                )
            });
            #[unsafe(
                export_name = "__bridge32_export_13_thin_server32_bridge32_last_error"
            )]
            unsafe extern "C" fn __bridge32_last_error(
                __bridge32_buffer: *mut ::core::ffi::c_char,
                __bridge32_size: ::core::primitive::usize,
            ) -> ::core::primitive::usize {
                unsafe {
                    ::bridge32::__private::drop_in::last_error(
                        __bridge32_buffer,
                        __bridge32_size,
                    )
                }
            }
            /// Says which library it stands for.
            #[unsafe(export_name = "__bridge32_library_13_thin_server32_thin")]
            static __BRIDGE32_STANDS_FOR: ::core::primitive::u8 = 0;
            #[unsafe(export_name = "__bridge32_header_13_thin_server32_main")]
            extern "C" fn __bridge32_print_header() -> ::core::ffi::c_int {
                static __BRIDGE32_DECLARED_FUNCTIONS: &[::bridge32::__private::drop_in::DeclaredFunction] = &[
                    ::bridge32::__private::drop_in::DeclaredFunction {
                        method: "add",
                        function: ::bridge32::__private::interface::NativeFunction {
                            symbol: ::bridge32::__private::interface::Symbol::Name(
                                "add",
                            ),
                            is_variable: false,
                            library: ::core::option::Option::None,
                            releases: &[],
                            abi: ::bridge32::__private::interface::Abi::Stdcall,
                            optional: false,
                            stack_bytes: ::bridge32::__private::interface::stack_bytes(
                                &[
                                    ::core::mem::size_of::<
                                        <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C,
                                    >(),
                                    ::core::mem::size_of::<
                                        <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C,
                                    >(),
                                ],
                            ),
                            returns: ::bridge32::__private::interface::CType::Value(
                                <<i32 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::C_NAME,
                            ),
                            parameters: &[
                                (
                                    ::bridge32::__private::interface::CType::Value(
                                        <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C_NAME,
                                    ),
                                    "a",
                                ),
                                (
                                    ::bridge32::__private::interface::CType::Value(
                                        <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C_NAME,
                                    ),
                                    "b",
                                ),
                            ],
                            types: &[
                                <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::add_types,
                                <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::add_types,
                                <<i32 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::add_types,
                            ],
                        },
                        documentation: "Adds.\n",
                    },
                    ::bridge32::__private::drop_in::DeclaredFunction {
                        method: "mean",
                        function: ::bridge32::__private::interface::NativeFunction {
                            symbol: ::bridge32::__private::interface::Symbol::Name(
                                "mean",
                            ),
                            is_variable: false,
                            library: ::core::option::Option::None,
                            releases: &[],
                            abi: ::bridge32::__private::interface::Abi::Stdcall,
                            optional: false,
                            stack_bytes: ::bridge32::__private::interface::stack_bytes(
                                &[
                                    ::core::mem::size_of::<*const ()>(),
                                    ::core::mem::size_of::<
                                        <<i32 as ::bridge32::__private::native::IsLength>::Value as ::bridge32::__private::native::Native>::C,
                                    >(),
                                ],
                            ),
                            returns: ::bridge32::__private::interface::CType::Value(
                                <<f64 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::C_NAME,
                            ),
                            parameters: &[
                                (
                                    ::bridge32::__private::interface::CType::ConstPointer(
                                        <<f64 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C_NAME,
                                    ),
                                    "values",
                                ),
                                (
                                    ::bridge32::__private::interface::CType::Value(
                                        <<i32 as ::bridge32::__private::native::IsLength>::Value as ::bridge32::__private::native::Native>::C_NAME,
                                    ),
                                    "n",
                                ),
                            ],
                            types: &[
                                <<f64 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::add_types,
                                <<f64 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::NativeReturn>::add_types,
                            ],
                        },
                        documentation: "values: in, n elements\nn: the number of elements of values\n",
                    },
                ];
                __BRIDGE32_DROP_IN.print_c_header(__BRIDGE32_DECLARED_FUNCTIONS)
            }
            #[unsafe(export_name = "__bridge32_export_13_thin_server32_bridge32_end")]
            extern "C" fn __bridge32_end() {
                __BRIDGE32_DROP_IN.end();
            }
            #[allow(
                non_snake_case,
                unused_variables,
                unused_mut,
                unused_assignments,
                clippy::shadow_reuse,
                clippy::shadow_unrelated,
                clippy::too_many_arguments
            )]
            #[unsafe(export_name = "__bridge32_export_13_thin_server32_add")]
            unsafe extern "C" fn __bridge32_export_add(
                __bridge32_c_a: <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C,
                __bridge32_c_b: <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::C,
            ) -> <<i32 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::Native>::C {
                static __BRIDGE32_EXPORT: ::bridge32::__private::drop_in::ExportedFunction = ::bridge32::__private::drop_in::ExportedFunction::new(
                    "add",
                );
                __BRIDGE32_DROP_IN
                    .call(
                        &__BRIDGE32_EXPORT,
                        || ::bridge32::__private::native::Zeroable::zeroed(),
                        |__bridge32_session, __bridge32_scope| {
                            let a = ::bridge32::__private::native::passed(
                                "a",
                                unsafe {
                                    ::bridge32::__private::native::from_c(
                                        __bridge32_c_a,
                                        <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::from_c,
                                        __bridge32_scope,
                                    )
                                },
                            )?;
                            let b = ::bridge32::__private::native::passed(
                                "b",
                                unsafe {
                                    ::bridge32::__private::native::from_c(
                                        __bridge32_c_b,
                                        <<i32 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::from_c,
                                        __bridge32_scope,
                                    )
                                },
                            )?;
                            let __bridge32_calls = ::bridge32::__private::drop_in::CCaller::new(
                                __bridge32_session,
                                [],
                                [],
                                [],
                            );
                            let __bridge32_result: ::core::result::Result<
                                _,
                                ::bridge32::Error,
                            > = {
                                let a = a;
                                let b = b;
                                __bridge32_call_add(&__bridge32_calls, a, b)
                            };
                            let __bridge32_ret = __bridge32_result?;
                            __BRIDGE32_DROP_IN.keep([]);
                            let __bridge32_reply = __bridge32_calls.into_reply();
                            ::core::result::Result::Ok((
                                <<i32 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::Native>::to_c(
                                    &__bridge32_ret,
                                    __bridge32_scope,
                                )?,
                                __bridge32_reply,
                            ))
                        },
                    )
            }
            #[allow(
                non_snake_case,
                unused_variables,
                unused_mut,
                unused_assignments,
                clippy::shadow_reuse,
                clippy::shadow_unrelated,
                clippy::too_many_arguments
            )]
            #[unsafe(export_name = "__bridge32_export_13_thin_server32_mean")]
            unsafe extern "C" fn __bridge32_export_mean(
                __bridge32_c_values: *mut ::core::ffi::c_void,
                __bridge32_c_n: <<i32 as ::bridge32::__private::native::IsLength>::Value as ::bridge32::__private::native::Native>::C,
            ) -> <<f64 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::Native>::C {
                static __BRIDGE32_EXPORT: ::bridge32::__private::drop_in::ExportedFunction = ::bridge32::__private::drop_in::ExportedFunction::new(
                    "mean",
                );
                __BRIDGE32_DROP_IN
                    .call(
                        &__BRIDGE32_EXPORT,
                        || ::bridge32::__private::native::Zeroable::zeroed(),
                        |__bridge32_session, __bridge32_scope| {
                            let __bridge32_c_values = __bridge32_c_values.cast();
                            let __bridge32_length_n = unsafe {
                                ::bridge32::__private::native::from_c(
                                    __bridge32_c_n,
                                    <<i32 as ::bridge32::__private::native::IsLength>::Value as ::bridge32::__private::native::Native>::from_c,
                                    __bridge32_scope,
                                )
                            }?;
                            let __bridge32_slot_n = ::bridge32::__private::native::passed(
                                "n",
                                unsafe {
                                    ::bridge32::__private::native::from_c(
                                        __bridge32_c_n,
                                        <<i32 as ::bridge32::__private::native::IsLength>::Value as ::bridge32::__private::native::Native>::from_c,
                                        __bridge32_scope,
                                    )
                                },
                            )?;
                            let __bridge32_slot_n = ::bridge32::__private::native::passed(
                                "n",
                                ::bridge32::__private::native::reported_length(
                                    "n",
                                    __bridge32_slot_n,
                                ),
                            )?;
                            let values = ::bridge32::__private::native::passed(
                                "values",
                                unsafe {
                                    ::bridge32::__private::native::passed_array(
                                        __bridge32_c_values,
                                        __bridge32_slot_n,
                                        <<f64 as ::bridge32::__private::native::Native>::Value as ::bridge32::__private::native::Native>::from_c,
                                        __bridge32_scope,
                                    )
                                },
                            )?;
                            let __bridge32_calls = ::bridge32::__private::drop_in::CCaller::new(
                                __bridge32_session,
                                [],
                                [
                                    ::bridge32::__private::native::null_in_c(
                                        0u32,
                                        __bridge32_c_values,
                                    ),
                                ],
                                [
                                    ::bridge32::__private::native::c_length(
                                        1u32,
                                        ::bridge32::__private::native::Length::to_i64(
                                            __bridge32_length_n,
                                        ),
                                        ::bridge32::__private::native::null_in_c(
                                                1u32,
                                                __bridge32_c_values,
                                            )
                                            .is_some(),
                                        false,
                                    ),
                                ],
                            );
                            let __bridge32_result: ::core::result::Result<
                                _,
                                ::bridge32::Error,
                            > = {
                                let values = &*values;
                                __bridge32_call_mean(&__bridge32_calls, values)
                            };
                            let __bridge32_ret = __bridge32_result?;
                            __BRIDGE32_DROP_IN.keep([]);
                            let __bridge32_reply = __bridge32_calls.into_reply();
                            ::core::result::Result::Ok((
                                <<f64 as ::bridge32::__private::native::NativeReturn>::Value as ::bridge32::__private::native::Native>::to_c(
                                    &__bridge32_ret,
                                    __bridge32_scope,
                                )?,
                                __bridge32_reply,
                            ))
                        },
                    )
            }
            const _: () = {
                #[unsafe(export_name = "__bridge32_left_out_13_thin_server32_sum")]
                static __BRIDGE32_LEFT_OUT: [::core::primitive::u8; 37usize] = *b"\0it is not a function of the library\0";
            };
        };
    };
};
