"""How a customer is deleted: what it has running ends with it."""

from __future__ import annotations

from desktop.sandbox.stripe import subscriptions
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World


def delete_customer(world: World, customer: Wire) -> Wire:
    """Forget a customer: no list shows it, its address answers with ``deleted``.

    Its subscriptions are cancelled at once (docs.stripe.com/api/customers/delete). Invoices, charges and methods keep
    its id; nothing new can be billed to it, and nothing is charged to a method of its own.
    """
    for one in list(world.every("subscription")):
        if one["customer"] == customer["id"] and one["status"] not in subscriptions.ENDED:
            subscriptions.end(world, one)
    world.emit("customer.deleted", customer)
    gone: Wire = {"id": customer["id"], "object": "customer", "deleted": True}
    customer.clear()
    customer.update(gone)
    world.hidden.add(customer["id"])
    return customer
