/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Starting and ending the NT world, in the order in which its parts need each other.
 */
#include "host/drvstore.h"
#include "host/image.h"
#include "host/io.h"
#include "host/ip_interface.h"
#include "host/ndis_private.h"
#include "host/os.h"
#include "host/pnp.h"
#include "host/registry.h"
#include "host/sched.h"
#include "host/stack_tun.h"
#include "host/win32_disk.h"

NTSTATUS host_start(const struct host_config *config, const char **why) {
    NTSTATUS status = mm_start();
    rtl_quiet = config->quiet;

    *why = "no memory for the simulated machine";
    if (!NT_SUCCESS(status)) return status;
    os_start();
    ps_system_process = ps_process_create("System");
    ps_system_process->token = SE_TOKEN_SYSTEM;
    ps_client_process = ps_process_create("client");
    seh_start();
    sched_start();
    /* The calling thread is one of the client's from now on. */
    ps_self();
    ps_act_as(ps_client_process);
    *why = "NDIS does not start";
    status = ndis_start(config->stack == HOST_STACK_TUN ? &stack_tun : &stack_fake, config->ndis_version);
    if (!NT_SUCCESS(status)) return status;
    *why = "plug and play does not start";
    status = pnp_start();
    if (!NT_SUCCESS(status)) return status;
    win32_start(config->library);
    *why = "the driver package cannot be installed";
    if (config->hardware_id && config->driver)
        status = pnp_package_add(config->hardware_id, config->service, config->driver,
                                 config->version ? config->version : L"0.0.0.0", config->provider);
    if (NT_SUCCESS(status)) *why = NULL;
    return status;
}

void host_stop(void) {
    pnp_wait_idle();
    io_shutdown();
    ndis_shutdown_all(NdisShutdownPowerOff);
    pnp_stop();
    ndis_stop();
    win32_stop();
    ip_interfaces_stop();
    win32_resources_stop();
    drvstore_stop();
    win32_disk_stop();
    ke_stop();
    io_irp_check();
    reg_clear();
    verify_no_leaks("at the end");
    ps_process_kill(ps_client_process);
    ps_act_as(NULL);
    ob_dereference(ps_client_process);
    ob_dereference(ps_system_process);
    /* The starting thread lives on, in no process, until another world starts. */
    ps_client_process = ps_system_process = NULL;
    sched_stop();
}
