//! Computes the swings of a pendulum with a 32-bit GSL.

use std::error::Error;
use std::f64::consts::PI;

use bridge32::{RemoteBuffer, Size};
use gsl::{GslClient, LIMIT, SUCCESS, State, System, TOLERANCE, period};

fn main() -> Result<(), Box<dyn Error>> {
    let client = GslClient::launch()?;
    println!("GSL {}, {}", client.gsl_version()?, client.server_info().architecture);
    // Without a handler, GSL would end the server at the first error.
    let handler = |reason: &str, file: &str, line: i32, _| println!("  GSL says in {file}, line {line}: {reason}");
    let (_, _handler) = client.gsl_set_error_handler(handler)?;
    let workspace = client.gsl_integration_workspace_alloc(Size(LIMIT))?;

    let amplitude = 2.0_f64;
    let (time, error) = period(&client, amplitude, workspace)?;
    println!("a pendulum that starts at {amplitude} rad is back after {time:.10}, ± {error:.0e}");
    println!("  integrated in the server: {:.10}", client.period_in_server(amplitude, workspace)?);
    let (_, quarter) = client.gsl_sf_ellint_kcomp_e((amplitude / 2.0).sin())?;
    println!("  by the elliptic integral: {:.10}", 4.0 * quarter.val);
    let end = swing(&client, State { angle: amplitude, speed: 0.0 }, time)?;
    println!("simulated for that time, it is at {:.6} rad, with the speed {:.6}", end.angle, end.speed.abs());

    println!("upright, it never comes back:");
    if let Err(error) = period(&client, PI, workspace) {
        println!("  {error}");
    }
    client.gsl_integration_workspace_free(workspace)?;
    Ok(())
}

/// Solves the pendulum's equations of motion: returns its state after some time.
fn swing(client: &GslClient, start: State, time: f64) -> Result<State, bridge32::Error> {
    let motion = |_, y: &State| (SUCCESS, State { angle: y.speed, speed: -y.angle.sin() });
    let closure = client.gsl_odeiv2_function(motion)?;
    // The driver keeps a pointer to the system, which therefore is in the server's memory.
    let system = RemoteBuffer::<System>::allocate(client, 1)?;
    system.write(0, &[System::of(&closure)])?;
    let method = client.gsl_odeiv2_step_rk8pd()?;
    let driver = client.gsl_odeiv2_driver_alloc_y_new(system.address(), method, 1e-6, 1e-12, TOLERANCE)?;
    let (mut t, mut y) = (0.0, start);
    client.gsl_odeiv2_driver_apply(driver, &mut t, time, &mut y)?;
    client.gsl_odeiv2_driver_free(driver)?;
    Ok(y)
}
