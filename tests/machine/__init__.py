"""What a state machine over the whole service needs: servers that behave as told, a world that can be killed
in this very process, and what must hold of it at any time. The machine: flow/test_service_machine.py.
"""
